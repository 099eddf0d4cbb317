package io.drover.simulator.fleet;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/** What both forms of the fleet's HTTP read and write alike: when to start, and rows. */
final class FleetStart {
    /** Why there are no rows, for a person. */
    static final String NO_ROWS = "this fleet keeps no rows of its devices; start it with --device-log or --csv";

    private static final Duration FURTHEST = Duration.ofHours(1);

    private FleetStart() {}

    /** When intended starts shall count from: as the body says in {@code {"at":"2026-01-31T12:00:00.5Z"}}, else now. */
    static Future<Instant> read(RoutingContext request, Clock clock) {
        return request.request().body().compose(body -> {
            try {
                String at = body.length() == 0 ? null : new JsonObject(body).getString("at");
                Instant now = clock.instant();
                Instant told = at == null ? now : Instant.parse(at);
                return Duration.between(now, told).abs().compareTo(FURTHEST) > 0
                        ? Future.failedFuture("'at' is " + at + "; give an instant at most an hour from now, " + now)
                        : Future.succeededFuture(told);
            } catch (DecodeException | ClassCastException | DateTimeException wrong) {
                return Future.failedFuture(
                        "the body is none, {} or {\"at\":\"2026-01-31T12:00:00.5Z\"}: " + wrong.getMessage());
            }
        });
    }

    static void refuse(RoutingContext request, Throwable wrong) {
        request.response().setStatusCode(400);
        request.json(new JsonObject().put("error", wrong.getMessage()));
    }

    static void csv(RoutingContext request, Future<Buffer> rows) {
        rows.onSuccess(csv -> request.response()
                        .putHeader("content-type", "text/csv; charset=utf-8")
                        .end(csv))
                .onFailure(none -> {
                    request.response().setStatusCode(404);
                    request.json(new JsonObject().put("error", none.getMessage()));
                });
    }
}
