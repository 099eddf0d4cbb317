package io.drover.simulator.cloud.http;

import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.metrics.CloudService;
import io.vertx.core.Handler;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/**
 * Counts the calls of the services behind the HTTPS listener. Put {@link #of} first into a service's router. Operations are named
 * after routes, never after paths.
 */
public final class CallCounter {
    private static final Set<String> METHODS = Set.of("GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS");

    private final CallMeter calls;

    public CallCounter(CallMeter calls) {
        this.calls = calls;
    }

    /** A handler that counts each call when it ends and goes on; a caller that left before its answer counts as {@code aborted}. */
    public Handler<RoutingContext> of(CloudService service) {
        return context -> {
            long started = System.nanoTime();
            // The operation is known only at the end, when the last matching route has taken the call.
            context.addEndHandler(ended -> calls.answered(
                    service,
                    operation(context),
                    ended.succeeded() ? Integer.toString(context.response().getStatusCode()) : "aborted",
                    started));
            context.next();
        };
    }

    private static String operation(RoutingContext context) {
        String method = context.request().method().name();
        Route route = context.currentRoute();
        String name = route == null ? null : route.getName();
        return (METHODS.contains(method) ? method : "other") + " " + (name == null || name.isEmpty() ? "other" : name);
    }
}
