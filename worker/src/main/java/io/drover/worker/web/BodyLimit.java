package io.drover.worker.web;

import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;

/** Reads request bodies up to a size, in memory; what is larger is failed with 413. */
public final class BodyLimit {
    private static final int TOO_LARGE = 413;

    private BodyLimit() {}

    /** Reads bodies up to so many bytes. */
    public static BodyHandler reader(int bytes) {
        return BodyHandler.create(false).setBodyLimit(bytes);
    }

    /** To stand as a failure handler: says in a problem what {@link #reader} refused. */
    public static Handler<RoutingContext> failure(int bytes) {
        return call -> {
            if (call.statusCode() == TOO_LARGE && !(call.failure() instanceof ProblemException)) {
                call.fail(problem(bytes));
            } else {
                call.next();
            }
        };
    }

    /** The problem of a body that is larger. */
    public static ProblemException problem(int bytes) {
        return new ProblemException(
                TOO_LARGE,
                "body-too-large",
                "The request's body is too large",
                "It may hold " + bytes + " bytes. Send less; api.limits.body sets the limit.");
    }
}
