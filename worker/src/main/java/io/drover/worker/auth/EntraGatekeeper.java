package io.drover.worker.auth;

import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfig.Api;
import io.drover.worker.auth.Caller.Way;
import io.drover.worker.azure.AzureClients;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.entra.SignInHttp;
import io.drover.worker.web.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Entra tells who asks: people sign in with a browser and then have a session here, machines send an access token with each request.
 * Nothing is contacted before somebody asks. Runs on the event loop of the request.
 */
public final class EntraGatekeeper implements Gatekeeper {
    private static final Logger LOG = LoggerFactory.getLogger(EntraGatekeeper.class);
    private static final String BEARER = "Bearer ";
    private static final Duration LOOK = Duration.ofSeconds(30);
    private static final String SESSION = EntraGatekeeper.class.getName();

    private final Vertx vertx;
    private final BrowserSessions sessions;
    private final BearerTokens tokens;
    private final ForgeryCheck forgery;
    private final SignInRoutes routes;
    private final Clock clock;
    private final Duration look;

    /**
     * @param api with its {@code signIn}
     * @param http how Entra is reached
     * @param listening the port that the server listens on, asked once requests come
     */
    public EntraGatekeeper(Vertx vertx, Api api, SignInHttp http, IntSupplier listening, Clock clock) {
        this(vertx, api, http, listening, clock, LOOK);
    }

    /** @param look how often it is looked whether an event stream may go on */
    EntraGatekeeper(Vertx vertx, Api api, SignInHttp http, IntSupplier listening, Clock clock, Duration look) {
        Supplier<String> publicUrl = () -> api.publicUrl(listening.getAsInt());
        boolean secure = api.publicUrl(0).startsWith("https://");
        SecureRandom random = new SecureRandom();
        EntraTenant tenant = new EntraTenant(vertx, http, api.signIn(), clock);
        this.vertx = vertx;
        this.clock = clock;
        this.look = look;
        this.sessions = new BrowserSessions(vertx, secure, random, clock);
        this.tokens = new BearerTokens(tenant, clock);
        this.forgery = new ForgeryCheck(publicUrl);
        this.routes = new SignInRoutes(api, tenant, tokens, sessions, forgery, http, publicUrl, secure, random, clock);
    }

    /** As the configuration says; reads {@code network.trustedCa}, so not for an event loop. */
    public static EntraGatekeeper of(Vertx vertx, WorkerConfig config, IntSupplier listening, Clock clock) {
        SignInHttp http =
                new SignInHttp(vertx, AzureHttp.tls(config.network().trustedCa()), AzureClients.rules(config));
        return new EntraGatekeeper(vertx, config.api(), http, listening, clock);
    }

    @Override
    public void mount(Router root) {
        sessions.mount(root);
        routes.mount(root);
    }

    @Override
    public Handler<RoutingContext> identify() {
        return call -> {
            String authorization = call.request().getHeader("authorization");
            if (authorization != null) {
                byToken(call, authorization);
            } else {
                bySession(call);
            }
        };
    }

    private void byToken(RoutingContext call, String authorization) {
        if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            unauthorized(call, "The Authorization header is not of the scheme Bearer.");
            return;
        }
        // The body must not come before anybody reads it.
        boolean held = !call.request().isEnded();
        if (held) {
            call.request().pause();
        }
        tokens.caller(authorization.substring(BEARER.length()).trim()).onComplete(done -> {
            if (held) {
                call.request().resume();
            }
            if (done.succeeded()) {
                BearerTokens.Proof proof = done.result();
                proof.caller().putInto(call);
                watch(call, () -> Future.succeededFuture(clock.instant().isBefore(proof.until())));
                call.next();
            } else if (done.cause() instanceof TokenClaims.Refusal refusal) {
                unauthorized(call, "The access token was not taken: " + refusal.getMessage() + ".");
            } else {
                call.response().putHeader("retry-after", "60");
                call.fail(EntraTenant.unavailable(done.cause()));
            }
        });
    }

    private void bySession(RoutingContext call) {
        Optional<BrowserSessions.SignedIn> found = sessions.of(call);
        if (found.isPresent()) {
            BrowserSessions.SignedIn signedIn = found.get();
            if (ForgeryCheck.isWrite(call)) {
                try {
                    forgery.require(call, signedIn, call.request().getHeader(ForgeryCheck.HEADER));
                } catch (ProblemException forged) {
                    call.fail(forged);
                    return;
                }
            }
            signedIn.caller().putInto(call);
            call.put(SESSION, signedIn);
            String id = call.session().id();
            watch(call, () -> sessions.stands(id, signedIn.until()));
        }
        call.next();
    }

    /** An event stream must not outlive what let it begin. */
    private void watch(RoutingContext call, Supplier<Future<Boolean>> stands) {
        String accept = call.request().getHeader("accept");
        if (accept == null || !accept.contains("text/event-stream")) {
            return;
        }
        long timer = vertx.setPeriodic(
                look.toMillis(),
                tick -> stands.get().onSuccess(still -> {
                    if (!still && !call.response().ended()) {
                        call.response().reset();
                    }
                }));
        call.addEndHandler(ended -> vertx.cancelTimer(timer));
    }

    private static void unauthorized(RoutingContext call, String detail) {
        LOG.debug("A request was refused: {}", detail);
        call.response().putHeader("www-authenticate", "Bearer realm=\"drover\", error=\"invalid_token\"");
        call.fail(new ProblemException(401, "invalid-token", "The request does not prove who asks", detail));
    }

    @Override
    public JsonObject session(RoutingContext call) {
        Caller caller = Caller.of(call);
        BrowserSessions.SignedIn signedIn = call.get(SESSION);
        JsonArray roles = new JsonArray();
        if (caller != null) {
            caller.roles().stream()
                    .sorted(Comparator.naturalOrder())
                    .map(Role::text)
                    .forEach(roles::add);
        }
        return new JsonObject()
                .put("signedIn", caller != null)
                .put("mode", "entra")
                .put("name", caller == null ? null : caller.name())
                .put("id", caller == null ? null : caller.id())
                .put("roles", roles)
                .put("csrfToken", signedIn == null ? null : signedIn.csrfToken())
                .put("signInPath", SignInRoutes.SIGN_IN)
                .put("signOutPath", caller != null && caller.way() == Way.SESSION ? SignInRoutes.SIGN_OUT : null);
    }
}
