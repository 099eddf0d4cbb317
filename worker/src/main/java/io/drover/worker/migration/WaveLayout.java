package io.drover.worker.migration;

import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.DiscoveredDevice;
import io.vertx.core.Future;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts devices into waves: a device that a list, a group or a filter names when it is discovered, the others by count once the
 * whole selection is known. Devices that no wave takes are the last wave's.
 */
public final class WaveLayout {
    private final RolloutPolicy policy;
    private final Map<String, Set<String>> members;

    /** {@code members} are the device ids of each device group that a wave names. */
    public WaveLayout(RolloutPolicy policy, Map<String, Set<String>> members) {
        this.policy = policy;
        this.members = Map.copyOf(members);
    }

    /** A layout without waves that are device groups. */
    public WaveLayout(RolloutPolicy policy) {
        this(policy, Map.of());
    }

    /** The device with its place in the order and its wave: by a rule that names it, else where all others begin. */
    public DiscoveredDevice place(DiscoveredDevice device) {
        int wave = device.verdict() == null ? named(device) : 0;
        if (wave == 0 && device.verdict() == null) {
            wave = others();
        }
        return new DiscoveredDevice(
                device.deviceId(),
                device.template(),
                device.credential(),
                device.verdict(),
                wave,
                position(device.deviceId()));
    }

    /** The last wave, out of which those that count take theirs; none yet when its own devices could not be told apart. */
    private int others() {
        int last = policy.waves().size();
        WavePolicy.Selection selection = policy.waves().get(last - 1).selection();
        boolean names = selection instanceof WavePolicy.Listed
                || selection instanceof WavePolicy.InGroup
                || selection instanceof WavePolicy.Matching;
        return names ? 0 : last;
    }

    private int named(DiscoveredDevice device) {
        List<WavePolicy> waves = policy.waves();
        for (int i = 0; i < waves.size(); i++) {
            WavePolicy.Selection selection = waves.get(i).selection();
            boolean takes = (selection instanceof WavePolicy.Listed list
                            && list.ids().contains(device.deviceId()))
                    || (selection instanceof WavePolicy.InGroup group
                            && members.getOrDefault(group.group(), Set.of()).contains(device.deviceId()))
                    || (selection instanceof WavePolicy.Matching filter
                            && filter.matches(device.deviceId(), device.template()));
            if (takes) {
                return i + 1;
            }
        }
        return 0;
    }

    /** Place in the order; devices of the same place stand in the order of their ids. */
    long position(String deviceId) {
        return switch (policy.order()) {
            case ID -> 0;
            case RANDOM -> hash(policy.seed() + ":" + deviceId);
            case HASH -> hash(deviceId);
        };
    }

    private static long hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong() >>> 1;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Fills the waves that count, in their order, up to their number; may be called again after a crash or when devices
     * have joined.
     *
     * @param laidOut true when the waves were filled before: whatever is new belongs to the last one
     */
    public Future<Void> fill(DeviceStore store, long migrationId, boolean laidOut) {
        return store.counts(migrationId).compose(counts -> {
            long movable = counts.total() - counts.in(DeviceState.EXCLUDED);
            Future<Void> filled = Future.succeededFuture();
            int last = policy.waves().size();
            for (int number = 1; number <= last; number++) {
                int wave = number;
                long taken = counts.ofWave(number).total();
                long take = laidOut ? 0 : take(policy.waves().get(number - 1), movable) - taken;
                if (number < last && take > 0) {
                    filled = filled.compose(done ->
                            store.assign(migrationId, others(), wave, take).mapEmpty());
                }
            }
            return filled.compose(
                    done -> store.assign(migrationId, 0, last, Long.MAX_VALUE).mapEmpty());
        });
    }

    private static long take(WavePolicy wave, long movable) {
        if (wave.selection() instanceof WavePolicy.Count count) {
            return count.devices();
        }
        return wave.selection() instanceof WavePolicy.Percent share
                ? (long) Math.ceil(movable * share.percent() / 100)
                : 0;
    }
}
