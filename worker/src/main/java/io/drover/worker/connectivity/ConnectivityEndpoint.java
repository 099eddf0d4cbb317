package io.drover.worker.connectivity;

import io.drover.worker.Secret;
import io.drover.worker.connectivity.ConnectivityExport.MalformedException;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The webhook's one resource, {@code POST /hooks/central/connectivity}. Answers 202 once the events are committed, so
 * that what a crash loses is sent again; errors are {@code application/problem+json}. Confined to one event loop.
 */
final class ConnectivityEndpoint {
    static final String PATH = "/hooks/central/connectivity";
    /** About 3,000 records of the documented form. */
    static final long LARGEST_BODY = 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(ConnectivityEndpoint.class);

    private final byte[] token;
    private final ConnectivityExport export;
    private final MeterRegistry meters;
    private final List<ConnectivityEvents> members;

    /** {@code members} hear of every request, as they are at its time. */
    ConnectivityEndpoint(
            Secret token, ConnectivityExport export, MeterRegistry meters, List<ConnectivityEvents> members) {
        this.token = token.value().getBytes(StandardCharsets.UTF_8);
        this.export = export;
        this.meters = meters;
        this.members = members;
    }

    /** Serves the resource. The token is checked before a byte of the body is kept. */
    void routes(Router router) {
        router.post(PATH).handler(this::authenticate).failureHandler(this::failed);
        router.post(PATH)
                .handler(BodyHandler.create(false).setBodyLimit(LARGEST_BODY))
                .handler(this::take)
                .failureHandler(this::failed);
    }

    private void authenticate(RoutingContext call) {
        String given = call.request().getHeader(HttpHeaders.AUTHORIZATION);
        byte[] bytes = given == null ? new byte[0] : given.getBytes(StandardCharsets.UTF_8);
        if (MessageDigest.isEqual(token, bytes)) {
            call.next();
            return;
        }
        count(EventOutcome.UNAUTHORIZED, 1);
        // The body is not read: the connection cannot be used again.
        call.response().putHeader(HttpHeaders.CONNECTION, "close");
        problem(call, 401, "The Authorization header does not hold the token that webhook.token names.");
    }

    private void take(RoutingContext call) {
        List<ConnectivityEvent> read;
        try {
            read = export.read(call.body().buffer());
        } catch (MalformedException mistake) {
            count(EventOutcome.MALFORMED, 1);
            problem(call, 400, mistake.getMessage() + ".");
            return;
        }
        if (members.stream().anyMatch(member -> !member.hasRoomFor(read.size()))) {
            turnAway(call, read.size(), "Too many events are in hand. Send them again later.");
            return;
        }
        List<Future<ConnectivityEvents.Taken>> taking =
                members.stream().map(member -> member.take(read)).toList();
        Future.all(taking)
                .map(all -> taking.stream()
                        .mapToInt(taken -> taken.result().awakened())
                        .sum())
                .onSuccess(awakened -> call.response()
                        .setStatusCode(202)
                        .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                        .end(new JsonObject()
                                .put("awakened", awakened)
                                .put("ignored", Math.max(0, read.size() - awakened))
                                .encode()))
                .onFailure(cause -> {
                    LOG.warn("{} connectivity events could not be written down: {}", read.size(), cause.getMessage());
                    turnAway(call, read.size(), "The ledger could not be written. Send the events again later.");
                });
    }

    private void count(EventOutcome outcome, int events) {
        meters.counter("drover.connectivity.events", "outcome", outcome.label()).increment(events);
    }

    private void turnAway(RoutingContext call, int count, String why) {
        count(EventOutcome.TURNED_AWAY, count);
        call.response().putHeader("retry-after", "5");
        problem(call, 503, why);
    }

    private void failed(RoutingContext call) {
        if (call.statusCode() == 413) {
            count(EventOutcome.MALFORMED, 1);
            call.response().putHeader(HttpHeaders.CONNECTION, "close");
            problem(call, 413, "The body is larger than " + LARGEST_BODY + " bytes. Send fewer events at once.");
            return;
        }
        int status = call.statusCode() >= 400 ? call.statusCode() : 500;
        if (status >= 500) {
            LOG.warn("The webhook failed", call.failure());
        }
        problem(call, status, "The request could not be served.");
    }

    private static void problem(RoutingContext call, int status, String detail) {
        if (call.response().ended()) {
            return;
        }
        HttpServerResponse response = call.response().setStatusCode(status);
        response.putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
                .end(new JsonObject()
                        .put("type", "about:blank")
                        .put("title", response.getStatusMessage())
                        .put("status", status)
                        .put("detail", detail)
                        .encode());
    }
}
