package io.drover.simulator.cloud.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/**
 * Gives each request to the router of the service its Host header names, as one listener stands for all of Azure's hosts. The first
 * matching route wins; a host nobody serves is answered 404. Routes may be added while requests are served.
 */
public final class VirtualHosts {
    private record Route(Predicate<String> hostName, Router router) {}

    private final List<Route> routes = new CopyOnWriteArrayList<>();

    /** Adds a route; the predicate gets the host without its port, in lower case. */
    public VirtualHosts route(Predicate<String> hostName, Router router) {
        routes.add(new Route(hostName, router));
        return this;
    }

    public Handler<HttpServerRequest> handler() {
        return this::dispatch;
    }

    /** The host a request asks for, without port and in lower case; empty when it names none. */
    public static String hostOf(HttpServerRequest request) {
        HostAndPort authority = request.authority();
        return authority == null ? "" : authority.host().toLowerCase(Locale.ROOT);
    }

    private void dispatch(HttpServerRequest request) {
        String host = hostOf(request);
        for (Route route : routes) {
            if (route.hostName().test(host)) {
                route.router().handle(request);
                return;
            }
        }
        request.response()
                .setStatusCode(404)
                .putHeader("content-type", "text/plain; charset=utf-8")
                .end("No emulated service has the host name '" + host + "'.");
    }
}
