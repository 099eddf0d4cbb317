package io.drover.worker.web;

import io.vertx.core.http.HttpServerRequest;

/** What a browser says of where a request comes from; others say nothing. */
public final class SameOrigin {
    private SameOrigin() {}

    /**
     * Whether neither {@code Origin} nor {@code Sec-Fetch-Site} names another site.
     *
     * @param origin this server's, as browsers reach it, without a slash at the end
     */
    public static boolean holds(HttpServerRequest request, String origin) {
        String from = request.getHeader("origin");
        String site = request.getHeader("sec-fetch-site");
        return (from == null || from.equalsIgnoreCase(origin)) && (site == null || site.equals("same-origin"));
    }
}
