package io.drover.worker.cli;

import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Writes the report that the worker makes. */
@Command(
        name = "report",
        description = "Report on a migration from the worker's ledger.",
        mixinStandardHelpOptions = true)
final class RemoteReport extends RemoteVerb {
    @Parameters(paramLabel = "MIGRATION", description = "Its name.")
    private String migration;

    @Override
    int run(RemoteWorker worker) throws Exception {
        String format = output() == Output.table ? "text" : output().name();
        try (InputStream file = worker.file(path(migration) + "/report?format=" + format);
                Reader text = new InputStreamReader(file, StandardCharsets.UTF_8)) {
            text.transferTo(out());
        }
        return WorkerCommand.DONE;
    }
}
