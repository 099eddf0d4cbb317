package io.drover.worker.auth;

import io.drover.worker.web.ProblemException;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Tells who asks. The API asks each operation's role of it; it knows nothing of the API. */
public interface Gatekeeper {
    /** Mounts what signing in takes, before all other routes. */
    void mount(Router root);

    /**
     * Makes {@link Caller} known when the request proves who asks, checks a browser's write against forgery, and lets
     * the request go on; fails it with a {@link ProblemException} when a proof is there and does not hold. A request without
     * any proof goes on without a caller.
     */
    Handler<RoutingContext> identify();

    /** The document's Session for this request. */
    JsonObject session(RoutingContext call);
}
