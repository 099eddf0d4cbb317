package io.drover.simulator.fleet;

import java.util.List;

/** A scenario that cannot be used; the message lists every mistake with its place. */
public final class ScenarioException extends Exception {
    private static final long serialVersionUID = 1L;

    private final List<String> mistakes;

    /** One line per mistake. */
    public ScenarioException(String source, List<String> mistakes) {
        super("Scenario " + source + " cannot be used:\n  " + String.join("\n  ", mistakes));
        this.mistakes = List.copyOf(mistakes);
    }

    /** Each mistake as "line n: what, what to do". */
    public List<String> mistakes() {
        return mistakes;
    }
}
