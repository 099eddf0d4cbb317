package io.drover.simulator.cloud.http;

import io.drover.simulator.cloud.metrics.CloudService;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Counts what callers of the services changed, by service and by resource, so that a test can show that a program changed nothing. A
 * change is a call that does more than read, whatever its method, and that was carried out or, answered 504, may have been. What devices
 * do is not counted. Thread-safe.
 */
public final class ChangeCounter {
    /** POST with which one only reads: queries, keys, tokens, status look-ups, names. */
    private static final Pattern READING = Pattern.compile(
            ".*(?:/query|listkeys|/attestationmechanism|/token|/check\\w+Availability|/registrations/[^/]+)/?",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern ARM_RESOURCE =
            Pattern.compile("(?<resource>/subscriptions/.*/providers/[^/]+/[^/]+/[^/]+).*", Pattern.CASE_INSENSITIVE);
    private static final int REFUSAL = 400;
    private static final int OUTCOME_UNKNOWN = 504;
    private static final String ANSWERED = ChangeCounter.class.getName() + ".answered";
    private static final String PARTLY = ChangeCounter.class.getName() + ".partly";

    private final Map<CloudService, LongAdder> services = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> resources = new ConcurrentHashMap<>();

    /** A handler that counts and goes on. */
    public Handler<RoutingContext> of(CloudService service) {
        return context -> {
            if (writes(context)) {
                context.addEndHandler(ended -> {
                    if (ended.failed() || carriedOut(context)) {
                        changed(service, resource(service, context));
                    }
                });
            }
            context.next();
        };
    }

    /** Tells the status a service answered with, before a fault puts another in its place. */
    public static void answered(RoutingContext context, int status) {
        context.put(ANSWERED, status);
    }

    /** Tells that a call which is refused as a whole has changed something nevertheless, as a bulk of which some failed. */
    public static void partly(RoutingContext context) {
        context.put(PARTLY, true);
    }

    /** Counts a change of a resource that was made otherwise than over HTTPS. */
    public void changed(CloudService service, String resource) {
        services.computeIfAbsent(service, first -> new LongAdder()).increment();
        resources.computeIfAbsent(resource, first -> new LongAdder()).increment();
    }

    /** Counts so far by service; services in which nothing changed are left out. */
    public SortedMap<String, Long> services() {
        SortedMap<String, Long> counts = new TreeMap<>();
        services.forEach((service, count) -> counts.put(service.text(), count.sum()));
        return counts;
    }

    /**
     * Counts so far by resource: the host name of an application, provisioning service or hub, or the id of a resource of ARM in lower
     * case; resources in which nothing changed are left out.
     */
    public SortedMap<String, Long> resources() {
        SortedMap<String, Long> counts = new TreeMap<>();
        resources.forEach((resource, count) -> counts.put(resource, count.sum()));
        return counts;
    }

    /** Begins anew at none. */
    public void reset() {
        services.clear();
        resources.clear();
    }

    private static boolean carriedOut(RoutingContext context) {
        Integer answered = context.get(ANSWERED);
        int status = answered == null ? context.response().getStatusCode() : answered;
        return status < REFUSAL || status == OUTCOME_UNKNOWN || context.get(PARTLY) != null;
    }

    private static String resource(CloudService service, RoutingContext context) {
        if (service == CloudService.ARM) {
            Matcher path = ARM_RESOURCE.matcher(context.request().path());
            if (path.matches()) {
                return path.group("resource").toLowerCase(Locale.ROOT);
            }
        }
        return VirtualHosts.hostOf(context.request());
    }

    private static boolean writes(RoutingContext context) {
        HttpMethod method = context.request().method();
        if (method.equals(HttpMethod.PUT) || method.equals(HttpMethod.PATCH) || method.equals(HttpMethod.DELETE)) {
            return true;
        }
        return method.equals(HttpMethod.POST)
                && !READING.matcher(context.request().path()).matches();
    }
}
