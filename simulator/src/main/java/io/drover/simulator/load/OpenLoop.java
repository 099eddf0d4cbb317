package io.drover.simulator.load;

import io.vertx.core.Context;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Begins operations at their intended instants whatever has become of those before them, on one event loop. Many that are due at once
 * are begun in bounded turns, so that the loop does what it does beside; that they begin late then shows in their lag.
 */
public final class OpenLoop {
    private static final int STARTS_A_TURN = 64;

    /** What is begun: the operation's place in the list of intended starts, and when ({@link System#nanoTime()}) it was meant to. */
    public interface Operation {
        /** On the event loop. */
        void begin(int place, long meantNanos);
    }

    private final Context context;
    private final long[] meant;
    private final int[] places;
    private final Operation operation;
    private volatile long originNanos;
    private volatile boolean running;
    private int next;
    private long timer = -1;

    /**
     * A loop that waits for its beginning.
     *
     * @param intended nanoseconds from the load's beginning, in any order
     */
    public OpenLoop(Context context, long[] intended, Operation operation) {
        this.context = context;
        this.operation = operation;
        boolean inOrder = IntStream.range(1, intended.length).allMatch(i -> intended[i - 1] <= intended[i]);
        if (inOrder) {
            this.meant = intended.clone();
            this.places = null;
        } else {
            this.places = IntStream.range(0, intended.length)
                    .boxed()
                    .sorted((one, other) -> Long.compare(intended[one], intended[other]))
                    .mapToInt(Integer::intValue)
                    .toArray();
            this.meant =
                    Arrays.stream(places).mapToLong(place -> intended[place]).toArray();
        }
    }

    /** Begins the load at this instant, which may lie a little ahead or behind. On the event loop. */
    public void begin(long atNanos) {
        originNanos = atNanos;
        running = true;
        turn();
    }

    /** Begins nothing more. On the event loop. */
    public void stop() {
        running = false;
        context.owner().cancelTimer(timer);
    }

    /** How many are meant to have begun by this instant ({@link System#nanoTime()}); any thread. */
    public long due(long nowNanos) {
        if (!running) {
            return 0;
        }
        long elapsed = nowNanos - originNanos;
        int low = 0;
        int high = meant.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (meant[middle] <= elapsed) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void turn() {
        if (!running) {
            return;
        }
        long elapsed = System.nanoTime() - originNanos;
        int end = Math.min(meant.length, next + STARTS_A_TURN);
        while (next < end && meant[next] <= elapsed) {
            int place = places == null ? next : places[next];
            long at = originNanos + meant[next];
            next++;
            operation.begin(place, at);
        }
        if (next == meant.length) {
            return;
        }
        long wait = meant[next] - (System.nanoTime() - originNanos);
        if (wait <= 0) {
            context.runOnContext(again -> turn());
        } else {
            // Rounded up: a turn too early would begin nothing.
            timer = context.owner().setTimer(Math.max(1, (wait + 999_999) / 1_000_000), due -> turn());
        }
    }
}
