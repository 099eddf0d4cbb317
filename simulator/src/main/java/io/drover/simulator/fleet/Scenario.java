package io.drover.simulator.fleet;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.drover.simulator.fleet.behaviour.Behaviour;
import io.drover.simulator.fleet.credential.CredentialKind;
import io.drover.simulator.fleet.device.Engine;
import io.drover.simulator.load.LoadOrder;
import io.drover.simulator.load.LoadProfile;
import io.drover.simulator.load.LoadStage;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A fleet as a scenario file describes it. Ids and behaviours depend on seed and index only, so a larger fleet begins
 * with the same devices as a smaller one, and separate processes agree without talking.
 *
 * @param timeCompression how many times faster than Azure the emulator's quotas and waits run, 1 to 100
 * @param connectRate devices started per second
 * @param deviceGroups of the application that is left, beside the one that holds all devices
 * @param faults what goes wrong in the emulated cloud while devices move, a list as its control API takes them
 * @param twins whether the source gives each device a name, properties and tags of its own, and the devices look after their twins
 * @param shape when devices start, if not at {@code connectRate} all the time, and how long they wait
 * @param worker what a rehearsal's worker is told beside the usual, as a JSON merge patch (RFC 7396) of its configuration
 */
public record Scenario(
        String name,
        int devices,
        long seed,
        int timeCompression,
        String deviceIdPattern,
        Duration telemetryInterval,
        int connectRate,
        List<Group> groups,
        List<DeviceGroup> deviceGroups,
        JsonNode worker,
        JsonNode faults,
        boolean twins,
        LoadShape shape) {

    private static final int PURPOSE_GROUP = 1;
    private static final int PURPOSE_JITTER = 4;

    /** A device group of IoT Central; the filter is a query of it. */
    public record DeviceGroup(String id, String filter) {}

    /**
     * Part of the fleet; weights are relative to their sum.
     *
     * @param enrollmentGroup id of the devices' enrollment group at the source; null for the source's own, and for devices that have
     *     an enrollment of their own
     */
    public record Group(
            String name,
            int weight,
            Behaviour behaviour,
            Engine engine,
            CredentialKind credential,
            String enrollmentGroup,
            TemplateKind template,
            Defect defect) {
        /** A group of lean devices of the source's own enrollment group. */
        public Group(String name, int weight, Behaviour behaviour) {
            this(name, weight, behaviour, Engine.LEAN);
        }

        /** A group of the source's own enrollment group. */
        public Group(String name, int weight, Behaviour behaviour, Engine engine) {
            this(
                    name,
                    weight,
                    behaviour,
                    engine,
                    CredentialKind.GROUP_KEY,
                    null,
                    TemplateKind.COMPONENT,
                    Defect.NOTHING);
        }

        /** The same group with another credential; a certificate's enrollment group is named. */
        public Group with(CredentialKind kind, String group) {
            return new Group(name, weight, behaviour, engine, kind, group, template, defect);
        }
    }

    /** A scenario without device groups of its own and without faults, whose worker is told the usual. */
    public Scenario(
            String name,
            int devices,
            long seed,
            int timeCompression,
            String deviceIdPattern,
            Duration telemetryInterval,
            int connectRate,
            List<Group> groups) {
        this(
                name,
                devices,
                seed,
                timeCompression,
                deviceIdPattern,
                telemetryInterval,
                connectRate,
                groups,
                List.of(),
                JsonNodeFactory.instance.objectNode(),
                JsonNodeFactory.instance.arrayNode(),
                false,
                LoadShape.PLAIN);
    }

    /** Keeps its own copy of the lists. */
    public Scenario {
        groups = List.copyOf(groups);
        deviceGroups = List.copyOf(deviceGroups);
        if (groups.stream().mapToLong(Group::weight).sum() <= 0) {
            throw new IllegalArgumentException("a scenario needs a group with a weight above 0");
        }
    }

    /** The id of a device, the same in the cloud and in the fleet. */
    public String deviceId(int index) {
        String id = String.format(Locale.ROOT, deviceIdPattern, index);
        return groupOf(index).defect() == Defect.REFUSED_ID ? id + "#" : id;
    }

    /** What the device does. */
    public Behaviour behaviourOf(int index) {
        return groupOf(index).behaviour();
    }

    /** How many devices from {@code from} up to, but without, {@code to} are of this engine. */
    public int count(Engine engine, int from, int to) {
        if (groups.stream().noneMatch(group -> group.engine() == engine)) {
            return 0;
        }
        return (int) IntStream.range(from, to)
                .filter(index -> groupOf(index).engine() == engine)
                .count();
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
        return with(count, seed, timeCompression);
    }

    /** The same scenario in another compression of time. */
    public Scenario withTimeCompression(int times) {
        return with(devices, seed, times);
    }

    /** Which operation of the profile each device's start is, in whatever process it runs. */
    public LoadOrder order() {
        return new LoadOrder(devices);
    }

    /** When the devices are meant to start, but for their jitter. */
    public LoadProfile profile() {
        return shape.ramp().isEmpty() ? LoadProfile.steady(connectRate) : LoadProfile.of(shape.ramp(), connectRate);
    }

    /** How much later than by the profile a device is meant to start. */
    public long jitterNanos(int index) {
        long most = shape.jitter().toNanos();
        return most == 0 ? 0 : Long.remainderUnsigned(Seeded.bits(seed, index, PURPOSE_JITTER), most + 1);
    }

    /** The same scenario with another number of devices started per second, all the time. */
    public Scenario withConnectRate(int perSecond) {
        return withStarts(perSecond, shape.withRamp(List.of()));
    }

    /** The same scenario whose devices start by these stages. */
    public Scenario withRamp(List<LoadStage> stages) {
        return withStarts(connectRate, shape.withRamp(stages));
    }

    private Scenario withStarts(int perSecond, LoadShape started) {
        return new Scenario(
                name,
                devices,
                seed,
                timeCompression,
                deviceIdPattern,
                telemetryInterval,
                perSecond,
                groups,
                deviceGroups,
                worker,
                faults,
                twins,
                started);
    }

    /** The same scenario drawn from another seed. */
    public Scenario withSeed(long other) {
        return with(devices, other, timeCompression);
    }

    private Scenario with(int count, long drawn, int times) {
        return new Scenario(
                name,
                count,
                drawn,
                times,
                deviceIdPattern,
                telemetryInterval,
                connectRate,
                groups,
                deviceGroups,
                worker,
                faults,
                twins,
                shape);
    }
}
