package io.drover.simulator.cloud.central;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Every command sent to every device, for the command history and as ground truth. Thread-safe. */
public final class CommandLog {
    /** Per device; the oldest go first. */
    static final int KEPT = 1_000;

    private final ConcurrentHashMap<String, List<CommandRecord>> byDevice = new ConcurrentHashMap<>();
    private final Map<CommandOutcome, LongAdder> ended = new EnumMap<>(CommandOutcome.class);

    CommandLog() {
        for (CommandOutcome outcome : CommandOutcome.values()) {
            ended.put(outcome, new LongAdder());
        }
    }

    /** How many commands have ended this way since the start. */
    public long ended(CommandOutcome outcome) {
        return ended.get(outcome).sum();
    }

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
        ended.get(record.outcome()).increment();
        byDevice.computeIfPresent(
                record.deviceId(),
                (device, known) -> known.stream()
                        .map(one -> one.id().equals(record.id()) ? record : one)
                        .toList());
    }
}
