package io.drover.simulator.rehearsal;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;

/** Progress for a person: one line redrawn in place on a terminal, a plain line now and then elsewhere. */
final class ProgressView {
    private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(5);
    private static final String ERASE_LINE = "\r\u001b[2K";

    private final PrintStream out;
    private final boolean terminal;
    private Instant lastPlain = Instant.EPOCH;
    private boolean lineOpen;

    ProgressView(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** A step that begins or ends: always shown, on a line of its own. */
    void step(String text) {
        endLine();
        out.println(text);
        out.flush();
    }

    /** The present state: replaces the line before it on a terminal. */
    void update(String text, Instant now) {
        if (terminal) {
            out.print(ERASE_LINE + "  " + text);
            out.flush();
            lineOpen = true;
        } else if (!now.isBefore(lastPlain.plus(PLAIN_INTERVAL))) {
            lastPlain = now;
            out.println("  " + text);
            out.flush();
        }
    }

    private void endLine() {
        if (lineOpen) {
            out.println();
            lineOpen = false;
        }
    }
}
