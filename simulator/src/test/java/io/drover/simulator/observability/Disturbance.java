package io.drover.simulator.observability;

import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Something that is done to a program in turns while a test waits for what comes of it, on a thread of its own. */
final class Disturbance {
    /** The lock that a writer in WAL mode holds: a byte of the shared memory file (https://sqlite.org/walformat.html). */
    private static final long WAL_WRITE_LOCK = 120;

    /** One turn; it waits at the latch, which opens at the end. */
    private interface Turn {
        void take(CountDownLatch end) throws Exception;
    }

    /** What a test waits for meanwhile. */
    interface Wait {
        void run() throws Exception;
    }

    private final ExecutorService executor = Executors.newSingleThreadExecutor();
    private final CountDownLatch end = new CountDownLatch(1);
    private final Future<?> turns;

    private Disturbance(Turn turn) {
        turns = executor.submit(() -> {
            while (end.getCount() > 0) {
                turn.take(end);
            }
            return null;
        });
    }

    /** The process stands still for {@code still} and runs for {@code running}, in turn; at the end it runs. */
    static Disturbance standingStill(Process process, Duration still, Duration running) {
        return new Disturbance(end -> {
            signal(process, "STOP");
            end.await(still.toMillis(), TimeUnit.MILLISECONDS);
            signal(process, "CONT");
            end.await(running.toMillis(), TimeUnit.MILLISECONDS);
        });
    }

    /** Nobody else can write to the SQLite database for {@code held}, then for {@code free} everybody, in turn. */
    static Disturbance holdingWriteLock(Path database, Duration held, Duration free) {
        Path shared = database.resolveSibling(database.getFileName() + "-shm");
        return new Disturbance(end -> {
            try (FileChannel channel = FileChannel.open(shared, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                // Closing the file gives it up.
                channel.lock(WAL_WRITE_LOCK, 1, false);
                end.await(held.toMillis(), TimeUnit.MILLISECONDS);
            }
            end.await(free.toMillis(), TimeUnit.MILLISECONDS);
        });
    }

    private static void signal(Process process, String name) throws Exception {
        new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                .start()
                .onExit()
                .get(10, TimeUnit.SECONDS);
    }

    /** Disturbs while this runs; at its end the last turn has put everything right again. */
    void during(Wait wait) throws Exception {
        try {
            wait.run();
        } finally {
            end.countDown();
            executor.shutdown();
            turns.get(15, TimeUnit.SECONDS);
        }
    }
}
