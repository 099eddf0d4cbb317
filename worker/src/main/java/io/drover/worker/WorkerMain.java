package io.drover.worker;

import io.drover.worker.cli.WorkerCommand;
import java.util.Arrays;

/** Entry point of {@code worker.jar}. */
public final class WorkerMain {
    private WorkerMain() {}

    public static void main(String[] arguments) {
        System.setProperty("vertx.logger-delegate-factory-class-name", "io.vertx.core.logging.SLF4JLogDelegateFactory");
        System.setProperty("jdk.console", "java.base");
        if (Arrays.asList(arguments).contains("--verbose")) {
            System.setProperty("drover.log", "DEBUG");
        }
        System.exit(WorkerCommand.run(arguments));
    }
}
