package io.drover.simulator.rehearsal;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * When a worker is killed with SIGKILL: at shares of migrated devices, or at random moments of a seed, which are spread
 * over the whole migration.
 */
final class Kills {
    /** One in so many random kills hits a worker while it starts, the others while it works. */
    private static final int AT_START = 4;

    private static final Duration LONGEST = Duration.ofSeconds(3);

    private final Deque<Double> shares;
    private final Random random;
    private final int planned;
    private int randomLeft;
    private boolean atStart;
    private double share;
    private long delayMillis;
    private int done;

    Kills(List<Double> shares, int random, long seed) {
        this.shares = new ArrayDeque<>(shares);
        this.random = new Random(seed);
        this.planned = random;
        this.randomLeft = random;
        plan();
    }

    /**
     * True when one is to be killed now; then the next one is planned.
     *
     * @param finishedShare devices in final states
     * @param started when the last worker was started
     * @param working when it first told its progress, or null while it has not
     */
    boolean due(double migratedShare, double finishedShare, Instant now, Instant started, Instant working) {
        if (!shares.isEmpty() && migratedShare >= shares.peek()) {
            shares.remove();
            done++;
            return true;
        }
        Instant from = atStart ? started : finishedShare >= share ? working : null;
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
        int number = planned - randomLeft;
        atStart = number > 0 && random.nextInt(AT_START) == 0;
        share = planned == 0 ? 0 : (number + random.nextDouble()) / (planned + 1);
        delayMillis = random.nextLong(LONGEST.toMillis());
    }
}
