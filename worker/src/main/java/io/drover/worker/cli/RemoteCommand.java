package io.drover.worker.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command line with {@code --server}: the same verbs, carried out by a worker that serves. */
@Command(
        name = "worker",
        mixinStandardHelpOptions = true,
        description = {
            "Drives a worker that serves, with the same verbs and output as on its own ledger.",
            "An access token is taken from --token-file or DROVER_API_TOKEN."
        },
        subcommands = {
            RemoteDiscover.class,
            RemotePlan.class,
            RemoteApply.class,
            RemoteWatch.class,
            RemoteVerbs.Approve.class,
            RemoteVerbs.Pause.class,
            RemoteVerbs.Resume.class,
            RemoteVerbs.Promote.class,
            RemoteVerbs.Abort.class,
            RemoteVerbs.Retry.class,
            RemoteFailback.class,
            RemoteCleanup.class,
            RemoteReport.class,
            RemoteAudit.class
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:done", "1:error", "2:done with failed devices", "3:paused", "4:aborted"})
final class RemoteCommand {
    @Option(
            names = "--server",
            required = true,
            scope = ScopeType.INHERIT,
            paramLabel = "URL",
            description = "The worker that serves, such as http://127.0.0.1:8090.")
    private URI server;

    @Option(
            names = "--token-file",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "An access token for the worker's API.")
    private Path tokenFile;

    @Option(
            names = "--ca",
            scope = ScopeType.INHERIT,
            paramLabel = "FILE",
            description = "An authority to trust besides Java's own, PEM.")
    private Path ca;

    @Option(
            names = {"-o", "--output"},
            scope = ScopeType.INHERIT,
            defaultValue = "table",
            description = "Form of the result: ${COMPLETION-CANDIDATES}.")
    private Output output;

    RemoteWorker worker() throws IOException, GeneralSecurityException {
        return new RemoteWorker(server, tokenFile, ca);
    }

    Output output() {
        return output;
    }
}
