package io.drover.simulator.cloud.hub;

import io.vertx.core.json.JsonArray;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Feedback that a REST reader has received and neither completed nor abandoned. A lock lasts a minute, the default of the documents;
 * that it has run out is noticed when REST next asks. Thread-safe.
 */
final class FeedbackLocks {
    private static final Duration LOCK = Duration.ofMinutes(1);
    private static final int MOST = 100;

    /** A batch as a reader gets it. */
    record Locked(String token, JsonArray body) {}

    private record Held(List<FeedbackRecord> batch, Instant until) {}

    private final FeedbackQueue queue;
    private final Map<String, Held> held = new LinkedHashMap<>();

    FeedbackLocks(FeedbackQueue queue) {
        this.queue = queue;
    }

    /** The next batch; empty when there is none, or a hundred are out. */
    synchronized Optional<Locked> receive(Instant now) {
        putBackExpired(now);
        List<FeedbackRecord> batch = held.size() < MOST ? queue.take() : List.of();
        if (batch.isEmpty()) {
            return Optional.empty();
        }
        String token = UUID.randomUUID().toString();
        held.put(token, new Held(batch, now.plus(LOCK)));
        JsonArray body = new JsonArray();
        batch.forEach(each -> body.add(each.json()));
        return Optional.of(new Locked(token, body));
    }

    /** Ends a lock; what was abandoned goes back to the queue. Fails with LOCK_LOST. */
    synchronized void release(String token, boolean completed, Instant now) {
        putBackExpired(now);
        Held released = held.remove(token);
        if (released == null) {
            throw new HubException(HubError.LOCK_LOST, "The lock of the feedback is lost or was never had.");
        }
        if (!completed) {
            queue.putBack(released.batch());
        }
    }

    private void putBackExpired(Instant now) {
        for (Iterator<Held> each = held.values().iterator(); each.hasNext(); ) {
            Held next = each.next();
            if (now.isAfter(next.until())) {
                each.remove();
                queue.putBack(next.batch());
            }
        }
    }
}
