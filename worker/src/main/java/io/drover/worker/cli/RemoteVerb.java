package io.drover.worker.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A verb that a serving worker carries out. */
abstract class RemoteVerb implements Callable<Integer> {
    @ParentCommand
    private RemoteCommand parent;

    @Spec
    private CommandSpec spec;

    /** Carries it out and gives the exit code. */
    abstract int run(RemoteWorker worker) throws Exception;

    @Override
    public final Integer call() throws Exception {
        RemoteWorker worker = parent.worker();
        try {
            int code = run(worker);
            out().flush();
            return code;
        } catch (IOException away) {
            throw worker.unreachable(away);
        }
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final Output output() {
        return parent.output();
    }

    final String verb() {
        return spec.name();
    }

    /** Path of a migration. */
    static String path(String migration) {
        return "/migrations/" + RemoteWorker.segment(migration);
    }
}
