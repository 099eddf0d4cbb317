package io.drover.simulator.fleet;

import io.drover.simulator.fleet.behaviour.Behaviour;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * A fleet as a scenario file describes it. Ids and behaviours depend on seed and index only, so a larger fleet begins
 * with the same devices as a smaller one, and separate processes agree without talking.
 *
 * @param timeCompression how many times faster than Azure the emulator's quotas and waits run, 1 to 100
 * @param connectRate devices started per second
 */
public record Scenario(
        String name,
        int devices,
        long seed,
        int timeCompression,
        String deviceIdPattern,
        Duration telemetryInterval,
        int connectRate,
        List<Group> groups) {

    private static final int PURPOSE_GROUP = 1;

    /** Part of the fleet; weights are relative to their sum. */
    public record Group(String name, int weight, Behaviour behaviour) {}

    /** Keeps its own copy of the groups. */
    public Scenario {
        groups = List.copyOf(groups);
        if (groups.stream().mapToLong(Group::weight).sum() <= 0) {
            throw new IllegalArgumentException("a scenario needs a group with a weight above 0");
        }
    }

    /** The id of a device, the same in the cloud and in the fleet. */
    public String deviceId(int index) {
        return String.format(Locale.ROOT, deviceIdPattern, index);
    }

    /** What the device does. */
    public Behaviour behaviourOf(int index) {
        return groupOf(index).behaviour();
    }

    /** The group drawn for the device from seed and index. */
    public Group groupOf(int index) {
        long total = groups.stream().mapToLong(Group::weight).sum();
        long drawn = Long.remainderUnsigned(Seeded.bits(seed, index, PURPOSE_GROUP), total);
        for (Group group : groups) {
            drawn -= group.weight();
            if (drawn < 0) {
                return group;
            }
        }
        throw new IllegalStateException("weights do not add up");
    }

    /** The same scenario with another number of devices. */
    public Scenario withDevices(int count) {
        return new Scenario(
                name, count, seed, timeCompression, deviceIdPattern, telemetryInterval, connectRate, groups);
    }

    /** The same scenario in another compression of time. */
    public Scenario withTimeCompression(int times) {
        return new Scenario(name, devices, seed, times, deviceIdPattern, telemetryInterval, connectRate, groups);
    }

    /** The same scenario drawn from another seed. */
    public Scenario withSeed(long other) {
        return new Scenario(
                name, devices, other, timeCompression, deviceIdPattern, telemetryInterval, connectRate, groups);
    }
}
