package io.drover.simulator.cloud.fault;

import io.drover.simulator.cloud.http.VirtualHosts;
import io.drover.simulator.cloud.metrics.CloudService;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The injection points of the services behind the HTTPS listener: before a call is carried out, and before it is answered. */
public final class HttpFaults {
    private static final String STRUCK = HttpFaults.class.getName();
    private static final Pattern DEVICE = Pattern.compile("/(?:devices|twins|registrations)/([^/]+)");
    private static final Set<CloudService> AGAINST_TOKENS = Set.of(CloudService.DPS_REST, CloudService.HUB_REST);
    private static final String CONTINUATION = "x-ms-continuation";

    private final Faults faults;
    private final MqttFaults connections;

    /** @param connections knows when devices connected, for what hubs tell late */
    public HttpFaults(Faults faults, MqttFaults connections) {
        this.faults = faults;
        this.connections = connections;
    }

    /** The handler to put first into the router of a service. */
    public Handler<RoutingContext> of(CloudService service, Router api) {
        return context -> {
            if (context.get(STRUCK) != null) {
                context.next();
                return;
            }
            Call call = Call.of(service, context.request());
            Optional<Fault> refused = ask(FaultKind.Point.REQUEST, call);
            if (refused.isPresent()) {
                refuse(refused.get(), call, context);
                return;
            }
            if (AGAINST_TOKENS.contains(service)
                    && new SkewedClock(faults)
                            .refuses(
                                    service.text(),
                                    call.device(),
                                    call.operation(),
                                    context.request().getHeader("authorization"))) {
                answer(context, call, 401, null);
                return;
            }
            Optional<Fault> changed = ask(FaultKind.Point.ANSWER, call)
                    .or(() -> faults.open(FaultKind.STALE_CONNECTION_STATE, service.text(), null, call.operation()))
                    .or(() -> faults.open(FaultKind.DELAYED_QUERY, service.text(), null, call.operation()));
            if (changed.isEmpty()) {
                context.next();
                return;
            }
            context.put(STRUCK, changed.get());
            api.handleContext(FaultyAnswer.around(context, changed.get(), connections, service));
        };
    }

    private Optional<Fault> ask(FaultKind.Point point, Call call) {
        return faults.strikes(
                point,
                call.service().text(),
                call.host(),
                call.device(),
                call.operation(),
                call.withQuery(),
                call.continued());
    }

    private void refuse(Fault fault, Call call, RoutingContext context) {
        switch (fault.kind()) {
            case THROTTLED -> answer(context, call, 429, Long.toString(faults.retryAfter(orTenSeconds(fault.delay()))));
            case THROTTLED_WITHOUT_RETRY_AFTER -> answer(context, call, 429, null);
            case THROTTLED_WITH_WRONG_RETRY_AFTER -> answer(context, call, 429, "soon");
            case FORBIDDEN, LIST_KEYS_FORBIDDEN -> answer(context, call, 403, null);
            case NEXT_LINK_EXPIRED, CONTINUATION_BROKEN -> answer(context, call, 400, null);
            case SERVER_ERROR -> answer(context, call, 500, null);
            case NO_ANSWER -> context.request().resume();
            case CONNECTION_DROPPED -> context.request().connection().close();
            default -> answer(context, call, 503, null);
        }
    }

    private static Duration orTenSeconds(Duration delay) {
        return delay.isZero() ? Duration.ofSeconds(10) : delay;
    }

    private void answer(RoutingContext context, Call call, int status, String retryAfter) {
        if (retryAfter != null) {
            context.response().putHeader("Retry-After", retryAfter);
        }
        context.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json; charset=utf-8")
                .putHeader(
                        call.service() == CloudService.HUB_REST ? "iothub-errorcode" : "x-ms-error-code",
                        ErrorBodies.code(call.service(), status))
                .end(ErrorBodies.of(call.service(), status, faults.clock().instant())
                        .toBuffer());
        context.request().resume();
    }

    private record Call(
            CloudService service, String host, String device, String operation, String withQuery, String continued) {
        static Call of(CloudService service, HttpServerRequest request) {
            String path = request.path() == null ? "" : request.path();
            String operation = request.method().name() + " " + path;
            Matcher device = DEVICE.matcher(path);
            String named = device.find() && !device.group(1).equals("query") ? device.group(1) : null;
            String query = request.query() == null ? "" : request.query();
            return new Call(
                    service,
                    VirtualHosts.hostOf(request),
                    named,
                    operation,
                    operation + "?" + query,
                    request.headers().contains(CONTINUATION) ? operation + " continued" : operation);
        }
    }
}
