package io.drover.simulator.rehearsal;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** When a worker is killed with SIGKILL: at shares of migrated devices, or at random moments of a seed. */
final class Kills {
    /** One in so many random kills hits a worker while it starts, the others while it works. */
    private static final int AT_START = 4;

    private static final Duration LONGEST = Duration.ofSeconds(4);

    private final Deque<Double> shares;
    private final Random random;
    private int randomLeft;
    private boolean atStart;
    private long delayMillis;
    private int done;

    Kills(List<Double> shares, int random, long seed) {
        this.shares = new ArrayDeque<>(shares);
        this.random = new Random(seed);
        this.randomLeft = random;
        plan();
    }

    /**
     * True when one is to be killed now; then the next one is planned.
     *
     * @param started when the last worker was started
     * @param working when it first told its progress, or null while it has not
     */
    boolean due(double migratedShare, Instant now, Instant started, Instant working) {
        if (!shares.isEmpty() && migratedShare >= shares.peek()) {
            shares.remove();
            done++;
            return true;
        }
        Instant from = atStart ? started : working;
        if (randomLeft > 0 && from != null && !now.isBefore(from.plusMillis(delayMillis))) {
            randomLeft--;
            done++;
            plan();
            return true;
        }
        return false;
    }

    /** Which of so many workers it hits. */
    int victim(int workers) {
        return random.nextInt(workers);
    }

    int done() {
        return done;
    }

    private void plan() {
        atStart = random.nextInt(AT_START) == 0;
        delayMillis = random.nextLong(LONGEST.toMillis());
    }
}
