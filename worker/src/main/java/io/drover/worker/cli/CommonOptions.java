package io.drover.worker.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options that every command takes. */
final class CommonOptions {
    @Option(names = "--config", required = true, paramLabel = "FILE", description = "The worker's YAML configuration.")
    Path config;

    @Option(
            names = {"-o", "--output"},
            defaultValue = "table",
            description = "Form of the result: ${COMPLETION-CANDIDATES}.")
    Output output;

    @Option(names = "--verbose", description = "Log what happens to stderr.")
    boolean verbose;

    @Option(names = "--stop-with-stdin", description = "Stop when standard input ends, so as not to outlive a parent.")
    boolean stopWithStdin;
}
