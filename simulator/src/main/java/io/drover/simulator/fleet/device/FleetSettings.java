package io.drover.simulator.fleet.device;

import io.drover.simulator.fleet.credential.FleetSecrets;
import java.time.Duration;

/**
 * What all devices of a fleet share.
 *
 * @param sourceIdScope id scope of the application the devices begin at
 * @param secrets what the devices prove themselves with
 * @param registeredOnce devices that are offline have registered before, as no application lists them beforehand
 * @param twins devices report properties of their own and acknowledge desired ones
 * @param firstBackoff wait before the second try after a failure; doubles up to {@code maximumBackoff}
 */
public record FleetSettings(
        String sourceIdScope,
        FleetSecrets secrets,
        long seed,
        Duration telemetryInterval,
        boolean registeredOnce,
        boolean twins,
        Duration firstBackoff,
        Duration maximumBackoff) {
    /** Settings with the usual backoff of one second up to thirty. */
    public static FleetSettings of(String sourceIdScope, String groupKey, long seed, Duration telemetryInterval) {
        return new FleetSettings(
                sourceIdScope,
                new FleetSecrets(seed, groupKey),
                seed,
                telemetryInterval,
                false,
                false,
                Duration.ofSeconds(1),
                Duration.ofSeconds(30));
    }

    /** The same, with offline devices that have registered before or have not. */
    public FleetSettings registeredOnce(boolean registered) {
        return new FleetSettings(
                sourceIdScope, secrets, seed, telemetryInterval, registered, twins, firstBackoff, maximumBackoff);
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
                firstBackoff,
                maximumBackoff);
    }

    @Override
    public String toString() {
        return "FleetSettings[sourceIdScope=" + sourceIdScope + ", seed=" + seed + "]";
    }
}
