package io.drover.worker.cli;

import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Option;

/** Options that every command takes. */
final class CommonOptions {
    @Option(names = "--config", required = true, paramLabel = "FILE", description = "The worker's YAML configuration.")
    Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY.PATH=VALUE",
            description = {
                "Set or replace one value of the configuration, as in",
                "--set 'migration.rollout.waves[0].devices=10'. May be repeated; the last one wins."
            })
    List<String> settings = List.of();

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
