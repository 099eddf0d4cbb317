package io.drover.worker.web;

import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;

/**
 * What browsers may do with an answer: run this server's own scripts and styles only, show it in no frame, keep nothing of the API or
 * of sign-in. A handler may write other values over these.
 */
public final class SecurityHeaders implements Handler<RoutingContext> {
    private static final String YEAR = "max-age=31536000";

    private final String policy;
    private final boolean https;

    /**
     * @param https whether browsers come over TLS
     * @param authority where a form of this server may lead to, as an origin: that of sign-in; null for none
     */
    public SecurityHeaders(boolean https, String authority) {
        this.https = https;
        this.policy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
                + " frame-ancestors 'none'; form-action 'self'" + (authority == null ? "" : " " + authority);
    }

    @Override
    public void handle(RoutingContext call) {
        MultiMap headers = call.response().headers();
        headers.set("content-security-policy", policy)
                .set("x-content-type-options", "nosniff")
                .set("referrer-policy", "no-referrer")
                .set("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
                .set("cross-origin-opener-policy", "same-origin")
                .set("cross-origin-resource-policy", "same-origin");
        if (https) {
            headers.set("strict-transport-security", YEAR);
        }
        String path = call.request().path();
        if (path != null && (path.startsWith("/api/") || path.startsWith("/auth/"))) {
            headers.set("cache-control", "no-store");
        }
        call.next();
    }
}
