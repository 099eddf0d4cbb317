package io.drover.worker.migration;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How a migration is rolled out.
 *
 * @param order in which devices are taken
 * @param seed of the random order
 * @param refresh how often devices that joined the selection are taken in; null when membership is frozen at the start
 * @param approval whether a person must approve before anything is written
 * @param startAt earliest start; null for at once
 * @param windows times in which commands may be sent; empty for always
 * @param campaign how long after its start devices that were never reached are given up; null for never
 */
public record RolloutPolicy(
        Order order,
        long seed,
        Duration refresh,
        boolean approval,
        Instant startAt,
        List<MaintenanceWindow> windows,
        RatePolicy rate,
        StopRule stop,
        Duration campaign,
        List<WavePolicy> waves) {
    /** The order within waves. */
    public enum Order {
        /** Of device ids. */
        ID,
        /** Shuffled by the seed; the same seed gives the same order. */
        RANDOM,
        /** Of the ids' hashes: spread out, and the same in every migration. */
        HASH
    }

    public RolloutPolicy {
        windows = List.copyOf(windows);
        waves = List.copyOf(waves);
    }

    /** Everything at once, as fast as Azure's limits allow, stopping only when told to. */
    public static RolloutPolicy allAtOnce() {
        return new RolloutPolicy(
                Order.ID,
                0,
                null,
                false,
                null,
                List.of(),
                RatePolicy.UNLIMITED,
                StopRule.NEVER,
                null,
                List.of(WavePolicy.rest()));
    }

    /** The part that may not change once the waves are laid out, as a text to compare. */
    public String layout() {
        return order + " " + seed + " "
                + waves.stream()
                        .map(wave -> wave.name() + ":" + wave.selection())
                        .toList();
    }

    /** The device groups that waves name, by id or name. */
    public Set<String> groups() {
        return waves.stream()
                .map(WavePolicy::selection)
                .filter(WavePolicy.InGroup.class::isInstance)
                .map(selection -> ((WavePolicy.InGroup) selection).group())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** True when a command may be sent at this time. */
    public boolean isOpen(Instant now) {
        return windows.isEmpty() || windows.stream().anyMatch(window -> window.contains(now));
    }

    /** When a command may next be sent, where {@link #isOpen} says that none may now. */
    public Instant nextOpening(Instant now) {
        return windows.stream()
                .map(window -> window.nextOpening(now))
                .min(Instant::compareTo)
                .orElse(now);
    }
}
