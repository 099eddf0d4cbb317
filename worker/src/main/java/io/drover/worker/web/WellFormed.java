package io.drover.worker.web;

import io.vertx.core.Handler;
import io.vertx.core.VertxException;
import io.vertx.ext.web.RoutingContext;

/** Refuses a request whose host or query cannot be read, before anything else looks at them. */
public final class WellFormed implements Handler<RoutingContext> {
    @Override
    public void handle(RoutingContext call) {
        try {
            boolean named = call.request().authority() != null;
            call.queryParams();
            if (named) {
                call.next();
                return;
            }
        } catch (IllegalArgumentException | VertxException unreadable) {
            // Told below.
        }
        // At once: a router that looks for who handles the failure would read the query again, fail, and answer
        // nothing.
        ProblemHandler.answer(
                call,
                new ProblemException(
                        400,
                        "bad-request",
                        "Bad request",
                        "Name the host in the Host header, and encode the query in UTF-8 and percent signs."));
    }
}
