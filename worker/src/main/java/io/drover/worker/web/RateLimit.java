package io.drover.worker.web;

import io.drover.worker.WorkerConfig.Rate;
import io.drover.worker.auth.Caller;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * So many requests of each caller, and of each address that has no caller; what comes beyond is answered with 429 and when to come again.
 * Stands behind the gatekeeper; {@link #refused()} stands before it. Knows ten thousand callers, then forgets the one not
 * heard of for longest. Thread-safe.
 */
public final class RateLimit implements Handler<RoutingContext> {
    private static final int MOST = 10_000;
    private static final int UNAUTHORIZED = 401;

    private final Rate rate;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MOST;
        }
    };

    public RateLimit(Rate rate) {
        this.rate = rate;
    }

    @Override
    public void handle(RoutingContext call) {
        Caller caller = Caller.of(call);
        ConsumptionProbe probe = bucket(caller == null ? "address " + address(call) : "caller " + caller.id())
                .tryConsumeAndReturnRemaining(1);
        if (probe.isConsumed()) {
            call.next();
        } else {
            refuse(call, probe.getNanosToWaitForRefill());
        }
    }

    /** Counts proofs that did not hold, so that guessing at them ends before they are looked at. Browsers' sessions are not held up. */
    public Handler<RoutingContext> refused() {
        return call -> {
            if (call.request().getHeader("authorization") == null) {
                call.next();
                return;
            }
            Bucket bucket = bucket("refused " + address(call));
            if (bucket.getAvailableTokens() == 0) {
                refuse(call, bucket.estimateAbilityToConsume(1).getNanosToWaitForRefill());
                return;
            }
            call.addEndHandler(ended -> {
                if (call.response().getStatusCode() == UNAUTHORIZED) {
                    bucket.tryConsume(1);
                }
            });
            call.next();
        };
    }

    private void refuse(RoutingContext call, long nanos) {
        long seconds = Math.max(1, Duration.ofNanos(nanos).plusMillis(999).toSeconds());
        call.response().putHeader("retry-after", Long.toString(seconds));
        call.fail(new ProblemException(
                429,
                "too-many-requests",
                "Too many requests",
                "More than " + rate.calls() + " requests in " + rate.per().toSeconds() + " s. Try again in " + seconds
                        + " s, and ask less often; api.limits.requests sets the limit."));
    }

    private synchronized Bucket bucket(String key) {
        return buckets.computeIfAbsent(
                key,
                absent -> Bucket.builder()
                        .addLimit(limit -> limit.capacity(rate.calls()).refillGreedy(rate.calls(), rate.per()))
                        .build());
    }

    private static String address(RoutingContext call) {
        return call.request().remoteAddress() == null
                ? ""
                : String.valueOf(call.request().remoteAddress().hostAddress());
    }
}
