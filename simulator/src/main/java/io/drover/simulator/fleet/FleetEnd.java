package io.drover.simulator.fleet;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * When a fleet ends: with its standard input, on a signal, or when its owner says so. A signal is held up until what is written at the
 * end is written, and in a process that ends with its standard input until that has ended: its parent has the same signal, and asks it
 * for its figures first.
 */
final class FleetEnd implements AutoCloseable {
    private static final long PARENT_SECONDS = 15;
    private static final long WRITING_SECONDS = 30;

    private final CountDownLatch over = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final boolean withStdin;

    FleetEnd(boolean withStdin) {
        this.withStdin = withStdin;
        if (withStdin) {
            Thread reader = new Thread(this::drainStdin, "stdin-watch");
            reader.setDaemon(true);
            reader.start();
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::signalled, "fleet-end"));
    }

    /** Counted down when the end has come. */
    CountDownLatch over() {
        return over;
    }

    private void drainStdin() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException gone) {
            // A broken pipe ends the fleet as an end of file does.
        } finally {
            over.countDown();
        }
    }

    private void signalled() {
        try {
            if (withStdin && !over.await(PARENT_SECONDS, TimeUnit.SECONDS)) {
                over.countDown();
            }
            over.countDown();
            if (!closed.await(WRITING_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("Ending took longer than " + WRITING_SECONDS + " s; giving up on it.");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** All is written. */
    @Override
    public void close() {
        over.countDown();
        closed.countDown();
    }
}
