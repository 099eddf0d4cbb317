package io.drover.simulator.cloud.hub;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * The hub's partitioned, append-only telemetry log. A device's messages keep to one partition and so keep their order.
 * Bounded: each partition keeps its last {@value #EVENTS_PER_PARTITION} events and at most
 * {@value #BYTES_PER_PARTITION} bytes, older ones are dropped. Thread-safe; sequence numbers begin at 0.
 */
public final class TelemetryLog {
    static final int EVENTS_PER_PARTITION = 65_536;
    static final long BYTES_PER_PARTITION = 64L * 1024 * 1024;

    private final List<Partition> partitions;
    private volatile Arrival arrival = (deviceId, enqueued, append) -> append.accept(enqueued);

    public TelemetryLog(int partitions) {
        List<Partition> all = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            all.add(new Partition());
        }
        this.partitions = List.copyOf(all);
    }

    /** What happens between taking a message and its standing in the log. */
    @FunctionalInterface
    public interface Arrival {
        /**
         * A message has come.
         *
         * @param append to be called with the time the message is enqueued, as often as it shall stand in the log
         */
        void arrived(String deviceId, Instant enqueued, Consumer<Instant> append);
    }

    /** Replaces what happens to messages on their way; one at a time. */
    public void onArrival(Arrival way) {
        arrival = way;
    }

    /** Number of partitions. */
    public int partitions() {
        return partitions.size();
    }

    /** Appends to the device's partition, then tells that partition's listeners on the calling thread. */
    public void append(HubDevice device, Buffer body, Map<String, String> properties, Instant enqueued) {
        append(device, AuthMethod.DEVICE_KEY, body, properties, enqueued);
    }

    /** As the other, from a device that proved itself in this way. */
    public void append(
            HubDevice device, AuthMethod auth, Buffer body, Map<String, String> properties, Instant enqueued) {
        Partition partition = partitions.get(Math.floorMod(device.deviceId().hashCode(), partitions.size()));
        arrival.arrived(device.deviceId(), enqueued, at -> partition.append(device, auth, body, properties, at));
    }

    /** Up to {@code max} events from the given number on; begins at the oldest kept when that one is gone. */
    public List<TelemetryEvent> read(int partition, long fromSequenceNumber, int max) {
        return partitions.get(partition).read(fromSequenceNumber, max);
    }

    /** Number of the oldest event kept; one past {@link #lastSequenceNumber} when there is none. */
    public long firstSequenceNumber(int partition) {
        return partitions.get(partition).first();
    }

    /** Number of the newest event; -1 before the first. */
    public long lastSequenceNumber(int partition) {
        return partitions.get(partition).last();
    }

    /** Number of the first event enqueued at or after the instant; one past the newest when there is none yet. */
    public long sequenceAtOrAfter(int partition, Instant instant) {
        return partitions.get(partition).atOrAfter(instant);
    }

    /** Messages appended since the start, kept or not. */
    public long appended() {
        return partitions.stream().mapToLong(partition -> partition.last() + 1).sum();
    }

    /** Calls the listener after each append, on the appending thread: it must be quick. Closing ends it. */
    public AutoCloseable onAppend(int partition, Runnable listener) {
        List<Runnable> listeners = partitions.get(partition).listeners;
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    private static final class Partition {
        private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
        private TelemetryEvent[] ring = new TelemetryEvent[64];
        private long first;
        private long next;
        private long bytes;
        private long offset;

        void append(HubDevice device, AuthMethod auth, Buffer body, Map<String, String> properties, Instant enqueued) {
            synchronized (this) {
                if (next - first == ring.length) {
                    makeRoom();
                }
                ring[slot(next)] = new TelemetryEvent(
                        next, offset, enqueued, device.source(auth), device.properties(properties), body);
                next++;
                offset += body.length() + 64L;
                bytes += body.length();
                while (bytes > BYTES_PER_PARTITION) {
                    dropOldest();
                }
            }
            listeners.forEach(Runnable::run);
        }

        private void makeRoom() {
            if (ring.length == EVENTS_PER_PARTITION) {
                dropOldest();
                return;
            }
            TelemetryEvent[] larger = new TelemetryEvent[ring.length * 2];
            for (long number = first; number < next; number++) {
                larger[(int) (number % larger.length)] = ring[slot(number)];
            }
            ring = larger;
        }

        private void dropOldest() {
            bytes -= ring[slot(first)].body().length();
            ring[slot(first)] = null;
            first++;
        }

        private int slot(long number) {
            return (int) (number % ring.length);
        }

        synchronized List<TelemetryEvent> read(long from, int max) {
            List<TelemetryEvent> events = new ArrayList<>();
            for (long number = Math.max(from, first); number < next && events.size() < max; number++) {
                events.add(ring[slot(number)]);
            }
            return events;
        }

        synchronized long first() {
            return first;
        }

        synchronized long last() {
            return next - 1;
        }

        synchronized long atOrAfter(Instant instant) {
            long low = first;
            long high = next;
            while (low < high) {
                long middle = (low + high) >>> 1;
                if (ring[slot(middle)].enqueued().isBefore(instant)) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }
    }
}
