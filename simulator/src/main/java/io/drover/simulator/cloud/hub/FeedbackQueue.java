package io.drover.simulator.cloud.hub;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Feedback waiting for the hub's one reader. Bounded: beyond {@value #CAPACITY} records the oldest are dropped. What was taken
 * and not completed is put back. Thread-safe.
 */
public final class FeedbackQueue {
    static final int CAPACITY = 10_000;
    private static final int BATCH = 64;

    private final Deque<FeedbackRecord> records = new ArrayDeque<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    void add(FeedbackRecord record) {
        synchronized (this) {
            if (records.size() >= CAPACITY) {
                records.removeFirst();
            }
            records.addLast(record);
        }
        listeners.forEach(Runnable::run);
    }

    /** Up to 64 records, taken out; empty when there are none. */
    public synchronized List<FeedbackRecord> take() {
        List<FeedbackRecord> batch = new ArrayList<>();
        while (batch.size() < BATCH && !records.isEmpty()) {
            batch.add(records.removeFirst());
        }
        return batch;
    }

    /** Puts back what was taken and abandoned, in front. */
    public synchronized void putBack(List<FeedbackRecord> batch) {
        for (int i = batch.size() - 1; i >= 0; i--) {
            records.addFirst(batch.get(i));
        }
    }

    /** Calls the listener after each new record, on the thread that added it: it must be quick. Closing ends it. */
    public Subscription onAdd(Runnable listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Ends a listener. */
    @FunctionalInterface
    public interface Subscription {
        void close();
    }
}
