package io.drover.worker.device;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How many devices of a migration stand where; kept by the ledger with every move, so reading it costs nothing. */
public record DeviceCounts(List<Entry> entries) {
    /**
     * One number.
     *
     * @param reason of a final state; null otherwise
     */
    public record Entry(int wave, DeviceState state, FailureReason reason, long devices) {}

    public DeviceCounts {
        entries = List.copyOf(entries);
    }

    /** By state, with every state. */
    public Map<DeviceState, Long> byState() {
        Map<DeviceState, Long> counts = new EnumMap<>(DeviceState.class);
        for (DeviceState state : DeviceState.values()) {
            counts.put(state, 0L);
        }
        entries.forEach(entry -> counts.merge(entry.state(), entry.devices(), Long::sum));
        return counts;
    }

    /** Failed, cancelled and excluded devices by reason. */
    public Map<FailureReason, Long> byReason() {
        Map<FailureReason, Long> reasons = new EnumMap<>(FailureReason.class);
        entries.stream()
                .filter(entry -> entry.reason() != null)
                .forEach(entry -> reasons.merge(entry.reason(), entry.devices(), Long::sum));
        return reasons;
    }

    /** Those of one wave. */
    public DeviceCounts ofWave(int wave) {
        return new DeviceCounts(
                entries.stream().filter(entry -> entry.wave() == wave).toList());
    }

    /** Devices in any of these states. */
    public long in(DeviceState... states) {
        long devices = 0;
        for (Entry entry : entries) {
            for (DeviceState state : states) {
                devices += entry.state() == state ? entry.devices() : 0;
            }
        }
        return devices;
    }

    /** All devices. */
    public long total() {
        return entries.stream().mapToLong(Entry::devices).sum();
    }

    /** Devices in final states. */
    public long finished() {
        return entries.stream()
                .filter(entry -> entry.state().isFinal())
                .mapToLong(Entry::devices)
                .sum();
    }

    /** Commanded devices of which neither arrival nor failure is known yet. */
    public long inFlight() {
        return in(DeviceState.COMMANDED, DeviceState.ACCEPTED, DeviceState.ASSIGNED, DeviceState.CONNECTED);
    }

    /** Changes to the numbers, to be written in the same transaction as the moves that cause them. */
    static final class Delta {
        private record Key(int wave, DeviceState state, FailureReason reason) {}

        private final Map<Key, Long> changes = new HashMap<>();

        void move(DeviceRow before, DeviceRow after) {
            add(before.wave(), before.state(), before.reason(), -1);
            add(after.wave(), after.state(), after.reason(), 1);
        }

        void add(int wave, DeviceState state, FailureReason reason, long devices) {
            changes.merge(new Key(wave, state, state.isFinal() ? reason : null), devices, Long::sum);
        }

        /** In one order everywhere, so that two transactions cannot wait for each other. */
        List<Map<String, Object>> parameters(long migrationId) {
            return changes.entrySet().stream()
                    .filter(change -> change.getValue() != 0)
                    .map(change -> parameters(migrationId, change.getKey(), change.getValue()))
                    .sorted(java.util.Comparator.comparing(
                            values -> values.get("wave") + "|" + values.get("state") + "|" + values.get("reason")))
                    .toList();
        }

        private static Map<String, Object> parameters(long migrationId, Key key, long devices) {
            Map<String, Object> values = new HashMap<>();
            values.put("migration_id", migrationId);
            values.put("wave", key.wave());
            values.put("state", key.state().name());
            values.put("reason", key.reason() == null ? "" : key.reason().name());
            values.put("n", devices);
            return values;
        }
    }
}
