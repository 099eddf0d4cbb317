package io.drover.simulator.cloud.http;

import io.drover.simulator.cloud.metrics.CloudService;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;

/**
 * Counts what REST callers changed, service by service, so that a test can show that a program changed nothing. A change is a call that
 * succeeded and does more than read, whatever its method. Thread-safe.
 */
public final class ChangeCounter {
    /** POST with which one only reads: queries, keys, tokens, status look-ups. */
    private static final Pattern READING = Pattern.compile(
            ".*(?:/query|listkeys|/attestationmechanism|/token|/checkNameAvailability|/registrations/[^/]+)/?",
            Pattern.CASE_INSENSITIVE);

    private final Map<CloudService, LongAdder> changes = new ConcurrentHashMap<>();

    /** A handler that counts and goes on. */
    public Handler<RoutingContext> of(CloudService service) {
        return context -> {
            if (changes(context)) {
                context.addEndHandler(ended -> {
                    if (ended.failed() || context.response().getStatusCode() < 400) {
                        changes.computeIfAbsent(service, first -> new LongAdder())
                                .increment();
                    }
                });
            }
            context.next();
        };
    }

    /** Counts so far by service; services that changed nothing are left out. */
    public SortedMap<String, Long> counts() {
        SortedMap<String, Long> counts = new TreeMap<>();
        changes.forEach((service, count) -> counts.put(service.text(), count.sum()));
        return counts;
    }

    /** Begins anew at none. */
    public void reset() {
        changes.clear();
    }

    private static boolean changes(RoutingContext context) {
        HttpMethod method = context.request().method();
        if (method.equals(HttpMethod.PUT) || method.equals(HttpMethod.PATCH) || method.equals(HttpMethod.DELETE)) {
            return true;
        }
        return method.equals(HttpMethod.POST)
                && !READING.matcher(context.request().path()).matches();
    }
}
