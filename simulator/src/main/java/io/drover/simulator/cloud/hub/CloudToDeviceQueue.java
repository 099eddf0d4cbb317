package io.drover.simulator.cloud.hub;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;

/**
 * The cloud-to-device queue of one identity, after "Send cloud-to-device messages from an IoT hub": at most 50 messages, each
 * enqueued, in flight, or gone (completed, expired, delivered too often, purged). Expiry is noticed when the queue is looked
 * at. Thread-safe.
 */
final class CloudToDeviceQueue {
    static final int CAPACITY = 50;
    /** The default of {@code cloudToDevice.maxDeliveryCount}. */
    static final int MAX_DELIVERIES = 10;

    private static final class Entry {
        private final long number;
        private final CloudToDeviceMessage message;
        private int deliveries;
        private boolean inFlight;

        Entry(long number, CloudToDeviceMessage message) {
            this.number = number;
            this.message = message;
        }
    }

    /** A message handed out; its number completes it. */
    record Delivery(long number, CloudToDeviceMessage message) {}

    /** Told of each message that leaves the queue, on the calling thread; must not block. */
    @FunctionalInterface
    interface Outcome {
        void of(CloudToDeviceMessage message, FeedbackStatus status, Instant at);
    }

    private final Deque<Entry> entries = new ArrayDeque<>(2);
    private final Outcome outcome;
    private long numbers;

    CloudToDeviceQueue(Outcome outcome) {
        this.outcome = outcome;
    }

    /** Fails with QUEUE_DEPTH_EXCEEDED when 50 messages are waiting. */
    synchronized void add(CloudToDeviceMessage message, Instant now) {
        expire(now);
        if (entries.size() >= CAPACITY) {
            throw new HubException(
                    HubError.QUEUE_DEPTH_EXCEEDED, "The device's queue already holds " + CAPACITY + " messages.");
        }
        entries.addLast(new Entry(numbers++, message));
    }

    /** The oldest message that is not in flight, which it then is. */
    synchronized Optional<Delivery> next(Instant now) {
        expire(now);
        for (Entry entry : entries) {
            if (!entry.inFlight) {
                entry.inFlight = true;
                entry.deliveries++;
                return Optional.of(new Delivery(entry.number, entry.message));
            }
        }
        return Optional.empty();
    }

    /** The device has acknowledged; false when the message is no longer here. */
    synchronized boolean complete(long number, Instant now) {
        for (Iterator<Entry> each = entries.iterator(); each.hasNext(); ) {
            Entry entry = each.next();
            if (entry.number == number) {
                each.remove();
                outcome.of(entry.message, FeedbackStatus.SUCCESS, now);
                return true;
            }
        }
        return false;
    }

    /** The connection is gone: what was in flight waits again, unless it was delivered too often. */
    synchronized void release(Instant now) {
        for (Iterator<Entry> each = entries.iterator(); each.hasNext(); ) {
            Entry entry = each.next();
            if (entry.inFlight && entry.deliveries >= MAX_DELIVERIES) {
                each.remove();
                outcome.of(entry.message, FeedbackStatus.DELIVERY_COUNT_EXCEEDED, now);
            }
            entry.inFlight = false;
        }
    }

    /** Drops everything; answers how many messages that were. */
    synchronized int purge(Instant now) {
        int purged = entries.size();
        entries.forEach(entry -> outcome.of(entry.message, FeedbackStatus.PURGED, now));
        entries.clear();
        return purged;
    }

    synchronized int size(Instant now) {
        expire(now);
        return entries.size();
    }

    private void expire(Instant now) {
        for (Iterator<Entry> each = entries.iterator(); each.hasNext(); ) {
            Entry entry = each.next();
            if (!entry.inFlight && !entry.message.expiry().isAfter(now)) {
                each.remove();
                outcome.of(entry.message, FeedbackStatus.EXPIRED, now);
            }
        }
    }
}
