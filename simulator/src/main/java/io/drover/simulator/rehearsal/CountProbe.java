package io.drover.simulator.rehearsal;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Looks at a migration ten times a second and keeps until when it had so many migrated devices, which is when an event about the next one
 * could have come first. One look at a time. Safe from any thread; times are of {@link System#nanoTime()}.
 */
final class CountProbe {
    private static final long EVERY_MILLIS = 100;
    private static final long DEADLINE_SECONDS = 30;

    private final Vertx vertx;
    private final HttpClient http;
    private final RequestOptions request;
    private final ConcurrentSkipListMap<Long, Long> askedNanos = new ConcurrentSkipListMap<>();
    private final AtomicLong failed = new AtomicLong();
    private volatile boolean stopped;
    private volatile Look last = new Look(0, 0, System.nanoTime());

    /**
     * One look.
     *
     * @param nanos when it was asked for
     */
    record Look(long migrated, long total, long nanos) {}

    CountProbe(Vertx vertx, HttpClient http, RequestOptions migration) {
        this.vertx = vertx;
        this.http = http;
        this.request = migration;
    }

    void start() {
        if (stopped) {
            return;
        }
        long asked = System.nanoTime();
        http.request(new RequestOptions(request).setMethod(HttpMethod.GET))
                .compose(sent -> sent.send().compose(answer -> answer.body()))
                .timeout(DEADLINE_SECONDS, TimeUnit.SECONDS)
                .onSuccess(body -> {
                    long migrated = ConsoleEvents.migrated(body).orElse(0);
                    last = new Look(migrated, total(body), asked);
                    askedNanos.put(migrated, asked);
                })
                .onFailure(away -> failed.incrementAndGet())
                .onComplete(done -> vertx.setTimer(EVERY_MILLIS, due -> start()));
    }

    /** The look under way is the last one. */
    void stop() {
        stopped = true;
    }

    private static long total(Buffer body) {
        return body.toJsonObject().getLong("total", 0L);
    }

    Look last() {
        return last;
    }

    long failed() {
        return failed.get();
    }

    /**
     * The last time at which no more than so many devices had migrated; the change to one more came after it, and at most one interval
     * and one answer later.
     */
    OptionalLong stillAt(long migrated) {
        Map.Entry<Long, Long> entry = askedNanos.floorEntry(migrated);
        return entry == null ? OptionalLong.empty() : OptionalLong.of(entry.getValue());
    }
}
