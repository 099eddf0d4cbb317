package io.drover.simulator.cloud.central;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;

/** Every command sent to every device, for the command history and as ground truth. Thread-safe. */
public final class CommandLog {
    /** Per device; the oldest go first. */
    static final int KEPT = 1_000;

    private final ConcurrentHashMap<String, List<CommandRecord>> byDevice = new ConcurrentHashMap<>();

    /** The commands of one device, oldest first; an immutable snapshot. */
    public List<CommandRecord> of(String deviceId) {
        return byDevice.getOrDefault(deviceId, List.of());
    }

    void opened(CommandRecord record) {
        byDevice.merge(record.deviceId(), List.of(record), (known, added) -> {
            List<CommandRecord> all = new ArrayList<>(known.size() + 1);
            all.addAll(known.size() < KEPT ? known : known.subList(known.size() - KEPT + 1, known.size()));
            all.addAll(added);
            return List.copyOf(all);
        });
    }

    void closed(CommandRecord record) {
        byDevice.computeIfPresent(
                record.deviceId(),
                (device, known) -> known.stream()
                        .map(one -> one.id().equals(record.id()) ? record : one)
                        .toList());
    }
}
