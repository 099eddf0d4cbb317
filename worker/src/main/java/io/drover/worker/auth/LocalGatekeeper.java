package io.drover.worker.auth;

import io.drover.worker.auth.Caller.Way;
import io.drover.worker.web.ProblemException;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * Nobody signs in: whoever reaches the server is the local operator and may do all. So the server listens on loopback
 * only, and a web page from elsewhere must not drive it through the operator's browser: a request has to name a loopback
 * address as its host (else a page could rebind its own name to this machine), and a browser's request has to come from
 * a page of this server. Any thread.
 */
public final class LocalGatekeeper implements Gatekeeper {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

    private final Caller operator;

    /** @param actor whom the audit names for everything that is asked for */
    public LocalGatekeeper(String actor) {
        this.operator = new Caller(actor, actor, EnumSet.allOf(Role.class), Way.LOCAL);
    }

    @Override
    public void mount(Router root) {
        root.route().handler(call -> {
            HttpServerRequest request = call.request();
            if (!isLocal(request)) {
                call.fail(new ProblemException(
                        403,
                        "foreign-host",
                        "Reached under another name",
                        "Nobody signs in to this worker, so it answers as localhost and 127.0.0.1 only. Use one of them,"
                                + " or configure api.signIn."));
            } else if (!isOwnPage(request)) {
                call.fail(new ProblemException(
                        403,
                        "foreign-origin",
                        "Asked by another site",
                        "A page of another site must not drive this worker. Open the worker's own pages, or ask from a"
                                + " program that sends no Origin."));
            } else {
                call.next();
            }
        });
    }

    private static boolean isLocal(HttpServerRequest request) {
        HostAndPort host = request.authority();
        return host != null && LOOPBACK.contains(host.host().toLowerCase(Locale.ROOT));
    }

    /** Browsers send Origin with every write, and Sec-Fetch-Site with every request to this machine. */
    private static boolean isOwnPage(HttpServerRequest request) {
        String origin = request.getHeader("Origin");
        if (origin != null && !origin.equalsIgnoreCase(request.scheme() + "://" + request.getHeader("Host"))) {
            return false;
        }
        String site = request.getHeader("Sec-Fetch-Site");
        boolean own = site == null || site.equals("same-origin") || site.equals("none");
        boolean followed = "navigate".equals(request.getHeader("Sec-Fetch-Mode"))
                && Set.of(HttpMethod.GET, HttpMethod.HEAD).contains(request.method());
        return own || followed;
    }

    @Override
    public Handler<RoutingContext> identify() {
        return call -> {
            operator.putInto(call);
            call.next();
        };
    }

    @Override
    public JsonObject session(RoutingContext call) {
        return new JsonObject()
                .put("signedIn", true)
                .put("mode", "local")
                .put("name", operator.name())
                .put("id", operator.id())
                .put(
                        "roles",
                        new JsonArray(
                                Arrays.stream(Role.values()).map(Role::text).toList()));
    }
}
