package io.drover.worker.plan;

import io.drover.worker.migration.RolloutPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * How long a migration takes from its first command to its last arrival, as far as that is determined: the binding
 * limit, the rollout's own rate and its growth with arrivals, one wave after the other, and maintenance windows. Not
 * counted: offline devices, second attempts, and the time in which a person decides.
 *
 * @param moving when every device obeys and arrives as usual
 * @param shortest when devices arrive quickly
 * @param longest when a third of the devices need a second attempt
 */
public record Estimate(Duration moving, Duration shortest, Duration longest) {
    /** From a command to the first telemetry at the target: mostly the device's own time, so an assumption. */
    private static final Duration ARRIVAL = Duration.ofSeconds(15);

    private static final Duration QUICK_ARRIVAL = Duration.ofSeconds(5);
    /** Of a rehearsal's devices, whatever the compression: round trips, TLS handshakes and half a second of their own. */
    private static final Duration REHEARSED_ARRIVAL = Duration.ofMillis(500);

    /** What a provisioning service lets a device wait while it assigns it a hub; compressed, it is still whole seconds. */
    private static final int ASSIGNMENT_SECONDS = 3;
    /** From the last arrival of a wave to the first command of the next: sweeps that look one after the other. */
    private static final double NEXT_WAVE_SECONDS = 1;
    /** Dispatch asks for the rate in force about so often. */
    private static final double STEP_SECONDS = 1;

    private static final int MOST_STEPS = 100_000;

    /**
     * Of a migration that may begin at {@code start}.
     *
     * @param waves devices of each wave that can move now, in the order of the waves
     * @param perSecond commands that the binding limit allows
     * @param compression a rehearsal's; 1 against Azure
     */
    static Estimate of(List<Long> waves, double perSecond, RolloutPolicy policy, int compression, Instant start) {
        boolean rehearsed = compression > 1;
        Duration arrival = rehearsed ? rehearsedArrival(compression) : ARRIVAL;
        Duration quickArrival = rehearsed ? REHEARSED_ARRIVAL : QUICK_ARRIVAL;
        Duration moving = new Walk(perSecond, policy, start, arrival).through(waves);
        Duration quick = new Walk(perSecond, policy, start, quickArrival).through(waves);
        return new Estimate(moving, quick, moving.multipliedBy(4).dividedBy(3).plus(arrival.multipliedBy(2)));
    }

    private static Duration rehearsedArrival(int compression) {
        return REHEARSED_ARRIVAL.plusSeconds((ASSIGNMENT_SECONDS + compression - 1) / compression);
    }

    /** Goes through the waves in steps, as dispatch does; times are seconds after the start. */
    private static final class Walk {
        private record Sent(double arrivesAt, double devices) {}

        private final double limit;
        private final RolloutPolicy policy;
        private final Instant start;
        private final double arrival;
        private double now;
        private double arrived;

        Walk(double limit, RolloutPolicy policy, Instant start, Duration arrival) {
            this.limit = limit;
            this.policy = policy;
            this.start = start;
            this.arrival = arrival.toMillis() / 1000.0;
        }

        Duration through(List<Long> waves) {
            awaitWindow();
            double first = now;
            double last = now;
            for (long devices : waves) {
                if (devices > 0) {
                    now = last > first ? last + NEXT_WAVE_SECONDS : now;
                    last = wave((double) devices) + arrival;
                }
            }
            return Duration.ofMillis(Math.round((last - first) * 1000));
        }

        /** When the last command of the wave leaves. */
        private double wave(double devices) {
            double before = arrived;
            double step = Math.max(STEP_SECONDS, devices / rate() / MOST_STEPS);
            Deque<Sent> onTheWay = new ArrayDeque<>();
            double left = devices;
            while (true) {
                awaitWindow();
                while (!onTheWay.isEmpty() && onTheWay.peek().arrivesAt() <= now) {
                    arrived += onTheWay.poll().devices();
                }
                double rate = rate();
                if (left <= rate * step) {
                    arrived = before + devices;
                    return now + left / rate;
                }
                left -= rate * step;
                now += step;
                onTheWay.add(new Sent(now + arrival, rate * step));
            }
        }

        private double rate() {
            return Math.min(limit, policy.rate().perSecond((long) arrived));
        }

        private void awaitWindow() {
            Instant time = start.plusMillis((long) (now * 1000));
            if (!policy.isOpen(time)) {
                now = Duration.between(start, policy.nextOpening(time)).toMillis() / 1000.0;
            }
        }
    }
}
