package io.drover.simulator.load;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * When each operation of a load is meant to begin: a pure function of its number, so that processes that share a load need not talk.
 * Operation 0 begins with the load; operation n begins when the stages, one after the other, have come to the amount n. What is left
 * after the last stage goes on at the last rate. Immutable.
 */
public final class LoadProfile {
    private final List<LoadStage> stages;
    private final double restRate;
    /** Amount and nanoseconds before each stage, and after the last. */
    private final double[] amounts;

    private final long[] nanos;

    private LoadProfile(List<LoadStage> stages, double restRate) {
        this.stages = List.copyOf(stages);
        this.restRate = restRate;
        this.amounts = new double[stages.size() + 1];
        this.nanos = new long[stages.size() + 1];
        for (int i = 0; i < stages.size(); i++) {
            amounts[i + 1] = amounts[i] + stages.get(i).amount();
            nanos[i + 1] = nanos[i] + stages.get(i).time().toNanos();
        }
    }

    /** A rate that stays. */
    public static LoadProfile steady(double perSecond) {
        if (!(perSecond > 0)) {
            throw new IllegalArgumentException("a rate of " + perSecond + "/s never begins anything");
        }
        return new LoadProfile(List.of(), perSecond);
    }

    /**
     * Stages in order.
     *
     * @param usualRate per second, of what is left after storms alone
     * @throws IllegalArgumentException when the last rate is 0, as what is left would never begin
     */
    public static LoadProfile of(List<LoadStage> stages, double usualRate) {
        double last = usualRate;
        for (LoadStage stage : stages) {
            last = Double.isNaN(stage.lastRate()) ? last : stage.lastRate();
        }
        if (!(last > 0)) {
            throw new IllegalArgumentException("the last rate is " + last
                    + "/s, at which what is left after the stages never begins; end above 0");
        }
        return new LoadProfile(stages, last);
    }

    /** The stages in order; none for a rate that stays. */
    public List<LoadStage> stages() {
        return stages;
    }

    /** Per second, of what is left after the last stage. */
    public double restRate() {
        return restRate;
    }

    /** How long all stages take. */
    public Duration time() {
        return Duration.ofNanos(nanos[stages.size()]);
    }

    /** Operations that are meant to begin before the last stage ends: those at its very end belong to the rest. */
    public long operations() {
        return (long) Math.ceil(amounts[stages.size()]);
    }

    /** Nanoseconds from the load's beginning to the intended start of this operation, counted from 0. */
    public long intendedNanos(long operation) {
        if (operation < 0) {
            throw new IllegalArgumentException("operation " + operation + ": operations are counted from 0");
        }
        int found = Arrays.binarySearch(amounts, (double) operation);
        // Where stages without any operation meet, the last of them counts: its amount is the next to be reached.
        int stage = found >= 0 ? found : -found - 2;
        while (stage + 1 < amounts.length && amounts[stage + 1] <= operation) {
            stage++;
        }
        double into = operation - amounts[stage];
        if (stage == stages.size()) {
            return nanos[stage] + Math.round(into * 1e9 / restRate);
        }
        long within = Math.round(stages.get(stage).nanosUntil(into));
        return nanos[stage] + Math.min(within, stages.get(stage).time().toNanos());
    }
}
