package io.drover.simulator;

import io.vertx.core.Future;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** How a long-running subcommand ends: on a signal, or with its standard input, so that no child outlives its parent. */
public final class ConsoleProgram {
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(10);

    private ConsoleProgram() {}

    /** Blocks the calling (main) thread until the program is to stop, then waits for the close, at most ten seconds. */
    public static void runUntilStopped(boolean stopWithStdin, Supplier<Future<Void>> close) {
        if (stopWithStdin) {
            drain(System.in);
            await(close.get());
            return;
        }
        Thread shutdown = new Thread(() -> await(close.get()), "shutdown");
        Runtime.getRuntime().addShutdownHook(shutdown);
        try {
            // Nothing counts this down: only a signal ends the program, through the hook.
            new CountDownLatch(1).await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the future, at most ten seconds, whatever its result. Not for event loops. */
    public static void await(Future<?> future) {
        CountDownLatch done = new CountDownLatch(1);
        future.onComplete(result -> done.countDown());
        try {
            boolean inTime = done.await(STOP_DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            if (!inTime) {
                System.err.println("Stopping took longer than " + STOP_DEADLINE.toSeconds() + " s; giving up on it.");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void drain(InputStream input) {
        try {
            while (input.read() >= 0) {
                // What the parent writes does not matter, only that it is there.
            }
        } catch (IOException closed) {
            return;
        }
    }
}
