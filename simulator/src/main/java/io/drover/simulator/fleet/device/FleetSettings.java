package io.drover.simulator.fleet.device;

import io.drover.simulator.fleet.Seeded;
import io.drover.simulator.fleet.behaviour.DelayRange;
import io.drover.simulator.fleet.credential.FleetSecrets;
import java.time.Duration;

/**
 * What all devices of a fleet share.
 *
 * @param sourceIdScope id scope of the application the devices begin at
 * @param secrets what the devices prove themselves with
 * @param registeredOnce devices that are offline have registered before, as no application lists them beforehand
 * @param twins devices report properties of their own and acknowledge desired ones
 * @param think how long a device waits between being connected and its telemetry
 * @param telemetryJitter up to how much longer than the interval a device waits for its next message
 * @param firstBackoff wait before the second try after a failure; doubles up to {@code maximumBackoff}
 */
public record FleetSettings(
        String sourceIdScope,
        FleetSecrets secrets,
        long seed,
        Duration telemetryInterval,
        boolean registeredOnce,
        boolean twins,
        DelayRange think,
        Duration telemetryJitter,
        Duration firstBackoff,
        Duration maximumBackoff) {
    private static final int PURPOSE_INTERVAL = 6;

    /** Settings with the usual backoff of one second up to thirty. */
    public static FleetSettings of(String sourceIdScope, String groupKey, long seed, Duration telemetryInterval) {
        return new FleetSettings(
                sourceIdScope,
                new FleetSecrets(seed, groupKey),
                seed,
                telemetryInterval,
                false,
                false,
                DelayRange.NONE,
                Duration.ZERO,
                Duration.ofSeconds(1),
                Duration.ofSeconds(30));
    }

    /** The same, with offline devices that have registered before or have not. */
    public FleetSettings registeredOnce(boolean registered) {
        return new FleetSettings(
                sourceIdScope,
                secrets,
                seed,
                telemetryInterval,
                registered,
                twins,
                think,
                telemetryJitter,
                firstBackoff,
                maximumBackoff);
    }

    /** The same, with devices that look after their twins or do not. */
    public FleetSettings withTwins(boolean lookedAfter) {
        return new FleetSettings(
                sourceIdScope,
                secrets,
                seed,
                telemetryInterval,
                registeredOnce,
                lookedAfter,
                think,
                telemetryJitter,
                firstBackoff,
                maximumBackoff);
    }

    /** The same, with devices that wait a while before their telemetry, and not always equally long between messages. */
    public FleetSettings pacing(DelayRange before, Duration jitter) {
        return new FleetSettings(
                sourceIdScope,
                secrets,
                seed,
                telemetryInterval,
                registeredOnce,
                twins,
                before,
                jitter,
                firstBackoff,
                maximumBackoff);
    }

    /** Milliseconds from a device's message of this number, counted from 1, to its next: the same whenever it is asked. */
    public long telemetryWait(int index, long message) {
        long jitter = telemetryJitter.toMillis();
        return telemetryInterval.toMillis()
                + (jitter == 0
                        ? 0
                        : Long.remainderUnsigned(Seeded.bits(seed + message, index, PURPOSE_INTERVAL), jitter + 1));
    }

    @Override
    public String toString() {
        return "FleetSettings[sourceIdScope=" + sourceIdScope + ", seed=" + seed + "]";
    }
}
