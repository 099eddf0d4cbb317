package io.drover.simulator.cloud.http;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.vertx.core.Handler;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Counts and times the calls of the emulated services. Put {@link #of} first into a service's router. Operations are named after
 * routes, never after paths, so the number of series is bounded and no device id gets into one.
 */
public final class CallCounter {
    private static final String METER = "drover.cloud.calls";

    private final MeterRegistry registry;

    public CallCounter(MeterRegistry registry) {
        this.registry = registry;
    }

    /** A handler that counts each call when it ends and goes on. */
    public Handler<RoutingContext> of(String service) {
        return context -> {
            long started = System.nanoTime();
            // The operation is known only at the end, when the last matching route has taken the call.
            context.addEndHandler(ended -> record(service, context, System.nanoTime() - started));
            context.next();
        };
    }

    /** The counts so far by {@code service.operation.status}. */
    public SortedMap<String, Long> counts() {
        SortedMap<String, Long> counts = new TreeMap<>();
        for (Timer timer : registry.find(METER).timers()) {
            String key = timer.getId().getTag("service") + "." + timer.getId().getTag("operation") + "."
                    + timer.getId().getTag("status");
            counts.merge(key, timer.count(), Long::sum);
        }
        return counts;
    }

    private void record(String service, RoutingContext context, long nanos) {
        Route route = context.currentRoute();
        String name = route == null ? null : route.getName();
        String operation = context.request().method().name() + " " + (name == null || name.isEmpty() ? "other" : name);
        Timer.builder(METER)
                .description("Calls answered by the emulated services")
                .tag("service", service)
                .tag("operation", operation)
                .tag("status", Integer.toString(context.response().getStatusCode()))
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }
}
