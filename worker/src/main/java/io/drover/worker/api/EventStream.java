package io.drover.worker.api;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One listener's stream of Server-Sent Events. While its socket takes no more, only the newest event of each kind of
 * snapshot is kept for it; audit entries are all kept, up to a bound past which the stream is closed, as the listener
 * comes back for them by their sequence. Confined to one event loop.
 */
final class EventStream {
    static final String AUDIT = "audit";
    private static final Buffer BEAT = Buffer.buffer(":\n\n");
    private static final int MOST_WAITING = 1000;
    private static final long LONGEST_STALL_MILLIS = 30_000;

    private final Vertx vertx;
    private final HttpServerResponse response;
    private final ArrayDeque<Buffer> audit = new ArrayDeque<>();
    private final Map<String, Snapshot> snapshots = new LinkedHashMap<>();
    private final Map<String, String> told = new HashMap<>();
    private Promise<Void> room = Promise.promise();
    private long stalled = -1;
    private boolean closed;
    private long last;

    EventStream(Vertx vertx, HttpServerResponse response) {
        this.vertx = vertx;
        this.response = response;
        response.setChunked(true)
                .putHeader("content-type", "text/event-stream")
                .putHeader("cache-control", "no-store")
                .putHeader("x-accel-buffering", "no");
        response.drainHandler(drained -> drained());
    }

    /** The last audit record that the listener has, or began after. */
    long last() {
        return last;
    }

    void beginAfter(long sequence) {
        last = sequence;
    }

    boolean isClosed() {
        return closed || response.closed();
    }

    /** An audit record; one that the listener has already is left out. */
    void audit(long sequence, Buffer event) {
        if (sequence <= last || isClosed()) {
            return;
        }
        last = sequence;
        audit.add(event);
        if (audit.size() > MOST_WAITING) {
            close();
        } else {
            flush();
        }
    }

    /** How things stand, when it was told otherwise before; replaces one of this kind that is still waiting. */
    void snapshot(Snapshot now) {
        if (!isClosed() && !now.says(told.put(now.kind(), now.json()))) {
            snapshots.put(now.kind(), now);
            flush();
        }
    }

    /** An event as it goes over the wire; JSON text has no line breaks. */
    static Buffer event(String kind, long id, String json) {
        return Buffer.buffer("event: " + kind + "\nid: " + id + "\ndata: " + json + "\n\n");
    }

    /** A comment that keeps the connection. */
    void beat() {
        if (!isClosed() && !response.writeQueueFull()) {
            write(BEAT);
        }
    }

    private void flush() {
        while (!isClosed() && !response.writeQueueFull() && !audit.isEmpty()) {
            write(audit.poll());
        }
        if (!isClosed() && !response.writeQueueFull()) {
            snapshots.values().forEach(now -> write(now.wire(last)));
            snapshots.clear();
        }
        if (!isClosed() && response.writeQueueFull() && stalled < 0) {
            stalled = vertx.setTimer(LONGEST_STALL_MILLIS, late -> close());
        }
    }

    private void write(Buffer event) {
        response.write(event).onFailure(gone -> closed = true);
    }

    private void drained() {
        vertx.cancelTimer(stalled);
        stalled = -1;
        flush();
        if (audit.isEmpty()) {
            room.tryComplete();
        }
    }

    /** Completes when the listener has taken what there was for it, or is gone. */
    Future<Void> room() {
        if (audit.isEmpty() || isClosed()) {
            return Future.succeededFuture();
        }
        room = Promise.promise();
        return room.future();
    }

    /** Ends the stream; a listener that was too slow is cut off. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        vertx.cancelTimer(stalled);
        room.tryComplete();
        boolean stuck = response.writeQueueFull();
        Future<Void> end = response.closed() || response.ended() ? Future.succeededFuture() : response.end();
        if (stuck) {
            response.reset();
        }
        end.onFailure(gone -> snapshots.clear());
    }
}
