package io.drover.simulator.cloud.hub.telemetry;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Who reads which partition for which consumer group, after "Event Hubs: partitions and exclusive consumers": at most five readers
 * without an epoch, or one with an epoch, which ends those of no or a lower one. Thread-safe.
 */
final class Readers {
    private static final int MAX_READERS = 5;
    /** Receivers without an epoch are below every epoch. */
    static final long NO_EPOCH = -1;

    private record Place(String hub, String group, int partition) {}

    /** One receiver; the action ends it, on any thread. */
    record Reader(String hub, String group, int partition, long epoch, Runnable end) {
        private Place place() {
            return new Place(hub, group.toLowerCase(Locale.ROOT), partition);
        }
    }

    /** Whether a receiver may begin. */
    enum Admission {
        ADMITTED,
        /** A receiver with a higher epoch, or with one at all, has the partition. */
        LOWER_EPOCH,
        TOO_MANY
    }

    private final Map<Place, List<Reader>> readers = new HashMap<>();

    /** Admits the reader, ending those it displaces. */
    Admission admit(Reader reader) {
        List<Reader> displaced = List.of();
        synchronized (this) {
            List<Reader> present = readers.computeIfAbsent(reader.place(), first -> new ArrayList<>());
            long highest = present.stream().mapToLong(Reader::epoch).max().orElse(NO_EPOCH);
            if (reader.epoch() < highest) {
                return Admission.LOWER_EPOCH;
            }
            if (reader.epoch() > NO_EPOCH) {
                displaced = List.copyOf(present);
                present.clear();
            } else if (present.size() >= MAX_READERS) {
                return Admission.TOO_MANY;
            }
            present.add(reader);
        }
        displaced.forEach(other -> other.end().run());
        return Admission.ADMITTED;
    }

    /** The reader has ended by itself or been ended. */
    synchronized void remove(Reader reader) {
        List<Reader> present = readers.get(reader.place());
        if (present != null) {
            present.remove(reader);
            if (present.isEmpty()) {
                readers.remove(reader.place());
            }
        }
    }
}
