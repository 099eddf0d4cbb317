package io.drover.simulator.cloud.fault;

import io.drover.simulator.cloud.metrics.CloudService;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The injection points of DPS's device API over HTTPS: what strikes registrations, polls and answers over MQTT strikes them here as well.
 * Thread-safe.
 */
public final class DeviceApiFaults implements Handler<RoutingContext> {
    private static final String SERVICE = CloudService.DPS_REST.text();
    private static final Pattern CALL =
            Pattern.compile("/[^/]+/registrations/([^/]+)(?:/(register)|/operations/([^/]+))?");
    private static final String RETRY_AFTER = "Retry-After";
    /** Slow assignments under way that are told apart; the oldest are forgotten first, and then begin anew. */
    private static final int MOST_OPERATIONS = 100_000;

    private final Faults faults;
    private final Map<String, Instant> firstPolls = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > MOST_OPERATIONS;
        }
    };

    /** Asks these faults. */
    public DeviceApiFaults(Faults faults) {
        this.faults = faults;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        Matcher call = CALL.matcher(request.path() == null ? "" : request.path());
        if (!call.matches()) {
            context.next();
            return;
        }
        String device = call.group(1);
        String operation = call.group(2) != null ? "register" : call.group(3) != null ? "poll" : "look-up";
        Optional<Fault> struck = operation.equals("poll") && !slow(device, call.group(3))
                ? Optional.empty()
                : faults.strikes(
                        FaultKind.Point.DEVICE_MESSAGE,
                        SERVICE,
                        request.authority().host(),
                        device,
                        operation);
        context.addHeadersEndHandler(ending -> changeRetryAfter(context, device));
        struck.ifPresentOrElse(fault -> answer(context, fault, device, call.group(3)), context::next);
    }

    /** Whether any fault could hold back a poll; a slow assignment is over once its time has passed since its first poll. */
    private boolean slow(String device, String operationId) {
        return faults.open(FaultKind.DPS_ASSIGNING_FOREVER, SERVICE, device, "poll")
                .or(() -> faults.open(FaultKind.DPS_SLOW_ASSIGNMENT, SERVICE, device, "poll")
                        .filter(fault -> now().isBefore(firstPoll(operationId).plus(fault.delay()))))
                .isPresent();
    }

    private Instant firstPoll(String operationId) {
        synchronized (firstPolls) {
            return firstPolls.computeIfAbsent(operationId, first -> now());
        }
    }

    private void changeRetryAfter(RoutingContext context, String device) {
        String host = context.request().authority().host();
        faults.strikes(FaultKind.Point.DEVICE_PUSH, SERVICE, host, device, "answer")
                .filter(fault -> context.response().headers().contains(RETRY_AFTER))
                .ifPresent(fault -> {
                    if (fault.kind() == FaultKind.DPS_RETRY_AFTER_MISSING) {
                        context.response().headers().remove(RETRY_AFTER);
                    } else if (fault.kind() == FaultKind.DPS_RETRY_AFTER_WRONG) {
                        context.response().putHeader(RETRY_AFTER, "soon");
                    }
                });
    }

    private void answer(RoutingContext context, Fault fault, String device, String operationId) {
        switch (fault.kind()) {
            case DPS_THROTTLED -> {
                context.response().putHeader(RETRY_AFTER, Long.toString(faults.retryAfter(fault.delay())));
                answer(context, 429, ProvisioningAnswers.throttled(now()));
            }
            case DPS_UNAUTHORIZED -> answer(context, 401, ProvisioningAnswers.unauthorized(now()));
            case DPS_CUSTOM_ALLOCATION_FAILED ->
                answer(context, 200, ProvisioningAnswers.customAllocationFailed(device, now()));
            case DPS_ASSIGNING_FOREVER, DPS_SLOW_ASSIGNMENT -> {
                Duration again = ProvisioningAnswers.POLL_AGAIN;
                context.response().putHeader(RETRY_AFTER, Long.toString(faults.retryAfter(again)));
                answer(context, 202, ProvisioningAnswers.assigning(operationId));
            }
            default -> context.next();
        }
    }

    private static void answer(RoutingContext context, int status, JsonObject body) {
        if (body.containsKey("errorCode")) {
            context.response().putHeader("x-ms-error-code", String.valueOf(body.getValue("errorCode")));
        }
        context.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json; charset=utf-8")
                .end(body.toBuffer());
        context.request().resume();
    }

    private Instant now() {
        return faults.clock().instant();
    }
}
