package io.drover.simulator.cloud.control;

import io.drover.simulator.cloud.entra.AccessTokens;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;

/** The part of the control API about Entra. */
public final class EntraControl {
    private final Vertx vertx;
    private final AccessTokens tokens;

    public EntraControl(Vertx vertx, AccessTokens tokens) {
        this.vertx = vertx;
        this.tokens = tokens;
    }

    /** Adds the routes. */
    public void mount(Router router) {
        router.post("/control/entra/rotate-keys")
                .handler(context -> vertx.executeBlocking(() -> {
                            tokens.rotateKeys();
                            return null;
                        })
                        .onSuccess(
                                rotated -> context.response().setStatusCode(204).end())
                        .onFailure(context::fail));
    }
}
