package io.drover.simulator.cluster.coordinator;

import io.drover.simulator.fleet.FleetView;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;

/** What a coordinator prints: for a person steps and the report; for a program lines of JSON, and the rest on the error output. */
final class CoordinatorOutput {
    private final PrintWriter results;
    private final PrintWriter steps;
    private final boolean forProgram;

    /** @param forProgram whether standard output is read by one */
    CoordinatorOutput(PrintWriter out, PrintWriter err, boolean forProgram) {
        this.results = out;
        this.steps = forProgram ? err : out;
        this.forProgram = forProgram;
    }

    /** SimulatorMain sets jdk.console=java.base, with which newer JDKs too give no console unless both ends are one. */
    @SuppressWarnings("SystemConsoleNull")
    private static boolean onTerminal() {
        return System.console() != null;
    }

    /** Something has come about that a program waits for; a person reads the text. */
    synchronized void ready(JsonObject line, String text) {
        if (forProgram) {
            results.println(line.put("pid", ProcessHandle.current().pid()).encode());
            results.flush();
        } else {
            step(text);
        }
    }

    /** Something happened. */
    synchronized void step(String text) {
        steps.println(text);
        steps.flush();
    }

    /** Where the running fleet is shown; null when standard output is a program's. */
    FleetView view() {
        return forProgram ? null : new FleetView(System.out, onTerminal());
    }
}
