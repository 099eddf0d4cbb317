package io.drover.worker.auth;

import io.drover.worker.WorkerConfig.Api;
import io.drover.worker.WorkerConfig.ApiSignIn;
import io.drover.worker.azure.entra.SignInHttp;
import io.drover.worker.web.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signing in and out with a browser: the authorization code flow with PKCE, state and nonce, after "Microsoft identity platform and
 * OAuth 2.0 authorization code flow". Failures are pages that say what to do.
 */
final class SignInRoutes {
    static final String PREFIX = "/auth/";
    static final String SIGN_IN = PREFIX + "sign-in";
    static final String CALLBACK = PREFIX + "callback";
    static final String SIGN_OUT = PREFIX + "sign-out";
    static final String SIGNED_OUT = PREFIX + "signed-out";

    private static final Logger LOG = LoggerFactory.getLogger(SignInRoutes.class);
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int FORM = 16 * 1024;
    private static final String AGAIN = "Sign in again";

    private final ApiSignIn signIn;
    /** Browsers reach this server itself, as localhost; a proxy may call it by any name. */
    private final boolean direct;

    private final EntraTenant tenant;
    private final BearerTokens tokens;
    private final BrowserSessions sessions;
    private final ForgeryCheck forgery;
    private final SignInHttp http;
    private final Supplier<String> publicUrl;
    private final boolean secure;
    private final String cookie;
    private final SecureRandom random;
    private final Seal seal;
    private final Clock clock;

    SignInRoutes(
            Api api,
            EntraTenant tenant,
            BearerTokens tokens,
            BrowserSessions sessions,
            ForgeryCheck forgery,
            SignInHttp http,
            Supplier<String> publicUrl,
            boolean secure,
            SecureRandom random,
            Clock clock) {
        this.signIn = api.signIn();
        this.direct = api.publicUrl() == null;
        this.tenant = tenant;
        this.tokens = tokens;
        this.sessions = sessions;
        this.forgery = forgery;
        this.http = http;
        this.publicUrl = publicUrl;
        this.secure = secure;
        this.cookie = BrowserSessions.name(secure, "drover-sign-in");
        this.random = random;
        this.seal = new Seal(random);
        this.clock = clock;
    }

    void mount(Router root) {
        root.get(SIGN_IN).handler(this::begin);
        root.get(CALLBACK).handler(this::finish);
        root.post(SIGN_OUT)
                .handler(BodyHandler.create(false).setBodyLimit(FORM))
                .handler(this::signOut);
        root.get(SIGNED_OUT)
                .handler(call -> PlainPage.answer(
                        call, 200, "Signed out", "You have signed out of Drover and of Entra.", AGAIN, SIGN_IN));
    }

    private void begin(RoutingContext call) {
        String returnTo = ReturnPath.of(call.queryParams().get("returnTo"));
        String reached = publicUrl.get();
        if (direct
                && !URI.create(reached)
                        .getRawAuthority()
                        .equalsIgnoreCase(call.request().getHeader("host"))) {
            // Entra sends back to the public address, where a cookie of another one would be missing.
            redirect(call, reached + SIGN_IN + "?returnTo=" + encoded(returnTo));
            return;
        }
        tenant.published()
                .onSuccess(published -> {
                    PendingSignIn pending = PendingSignIn.begin(
                            random, returnTo, clock.instant().plus(PATIENCE));
                    call.response()
                            .addCookie(Cookie.cookie(cookie, seal.close(pending.json()))
                                    .setPath("/")
                                    .setHttpOnly(true)
                                    .setSecure(secure)
                                    .setSameSite(CookieSameSite.LAX)
                                    .setMaxAge(PATIENCE.toSeconds()));
                    redirect(call, authorization(published, pending));
                })
                .onFailure(cause -> failed(call, cause));
    }

    private String authorization(EntraTenant.Published published, PendingSignIn pending) {
        return published.authorize() + "?client_id=" + encoded(signIn.clientId())
                + "&response_type=code&response_mode=query&redirect_uri=" + encoded(publicUrl.get() + CALLBACK)
                + "&scope=" + encoded("openid profile")
                + "&state=" + encoded(pending.state())
                + "&nonce=" + encoded(pending.nonce())
                + "&code_challenge=" + encoded(pending.challenge()) + "&code_challenge_method=S256";
    }

    private void finish(RoutingContext call) {
        Optional<PendingSignIn> begun = takePending(call);
        if (begun.isEmpty()) {
            PlainPage.answer(
                    call,
                    400,
                    "Not signed in",
                    "This sign-in was not begun in this browser, was begun again in another tab, or took longer than ten"
                            + " minutes.",
                    AGAIN,
                    SIGN_IN);
            return;
        }
        PendingSignIn pending = begun.get();
        MultiMap query = call.queryParams();
        if (query.contains("error") || !query.contains("code")) {
            refused(call, EntraRefusal.of(query.get("error"), query.get("error_description")), pending);
            return;
        }
        sessions.hasRoom()
                .compose(room -> room
                        ? tenant.published()
                        : Future.failedFuture(new ProblemException(
                                503,
                                "too-many-sessions",
                                "Too many people are signed in",
                                "Sign out elsewhere, or try again later.")))
                .compose(published -> redeem(published, query.get("code"), pending))
                .compose(token -> tokens.signedIn(token, pending.nonce()))
                .onSuccess(caller -> {
                    sessions.begin(call, caller);
                    LOG.info(
                            "{} signed in with {}", caller.id(), caller.roles().isEmpty() ? "no role" : caller.roles());
                    redirect(call, pending.returnTo());
                })
                .onFailure(cause -> {
                    if (cause instanceof Refused refused) {
                        refused(call, refused.refusal, pending);
                    } else {
                        failed(call, cause);
                    }
                });
    }

    /** What this browser began and this answer belongs to; it is good once. */
    private Optional<PendingSignIn> takePending(RoutingContext call) {
        Cookie given = call.request().getCookie(cookie);
        if (given == null) {
            return Optional.empty();
        }
        Optional<PendingSignIn> pending = seal.open(given.getValue()).map(PendingSignIn::of);
        call.response()
                .addCookie(Cookie.cookie(cookie, "")
                        .setPath("/")
                        .setHttpOnly(true)
                        .setSecure(secure)
                        .setSameSite(CookieSameSite.LAX)
                        .setMaxAge(0));
        String state = call.queryParams().get("state");
        return pending.filter(
                one -> clock.instant().isBefore(one.until()) && state != null && same(one.state(), state));
    }

    private Future<String> redeem(EntraTenant.Published published, String code, PendingSignIn pending) {
        MultiMap form = MultiMap.caseInsensitiveMultiMap()
                .add("grant_type", "authorization_code")
                .add("client_id", signIn.clientId())
                .add("client_secret", signIn.clientSecret().value())
                .add("code", code)
                .add("redirect_uri", publicUrl.get() + CALLBACK)
                .add("code_verifier", pending.verifier());
        return http.post(published.token(), form, "Check that this machine reaches Entra (DNS, firewall).")
                .recover(cause -> Future.failedFuture(EntraTenant.unavailable(cause)))
                .compose(SignInRoutes::idToken);
    }

    private static Future<String> idToken(HttpResponse<Buffer> answer) {
        JsonObject body;
        try {
            body = answer.bodyAsJsonObject();
        } catch (DecodeException | ClassCastException notJson) {
            body = null;
        }
        int status = answer.statusCode();
        if (status == 429 || status >= 500 || body == null) {
            return Future.failedFuture(new ProblemException(
                    503,
                    "sign-in-unavailable",
                    "Microsoft Entra cannot be asked",
                    "Entra answered " + status + " to the sign-in. Try again in a minute."));
        }
        return body.getValue("id_token") instanceof String token
                ? Future.succeededFuture(token)
                : Future.failedFuture(new Refused(EntraRefusal.of(body)));
    }

    private static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient EntraRefusal refusal;

        Refused(EntraRefusal refusal) {
            super(refusal.toString(), null, false, false);
            this.refusal = refusal;
        }
    }

    private static void refused(RoutingContext call, EntraRefusal refusal, PendingSignIn pending) {
        LOG.warn("Entra refused a sign-in: {}. {}", refusal, refusal.advice());
        PlainPage.answer(
                call,
                403,
                "Not signed in",
                "Entra refused the sign-in (" + refusal + "). " + refusal.advice(),
                AGAIN,
                SIGN_IN + "?returnTo=" + encoded(pending.returnTo()));
    }

    private static void failed(RoutingContext call, Throwable cause) {
        if (cause instanceof ProblemException problem) {
            LOG.warn("A sign-in failed: {}", problem.getMessage());
            PlainPage.answer(call, problem.status(), "Not signed in", problem.getMessage(), AGAIN, SIGN_IN);
        } else if (cause instanceof TokenClaims.Refusal refusal) {
            LOG.warn("Entra's ID token was not taken: {}", refusal.getMessage());
            PlainPage.answer(
                    call,
                    403,
                    "Not signed in",
                    "What Entra answered was not taken: " + refusal.getMessage()
                            + ". An administrator compares api.signIn with the app registration.",
                    AGAIN,
                    SIGN_IN);
        } else {
            call.fail(cause);
        }
    }

    /** Ends the session here and tells where Entra ends its own: a form is led there, a script gets the address. */
    private void signOut(RoutingContext call) {
        String header = call.request().getHeader(ForgeryCheck.HEADER);
        Optional<BrowserSessions.SignedIn> signedIn = sessions.of(call);
        if (signedIn.isEmpty()) {
            leave(call, header != null, HOME);
            return;
        }
        try {
            forgery.require(
                    call, signedIn.get(), header == null ? call.request().getFormAttribute("csrfToken") : header);
        } catch (ProblemException forged) {
            call.fail(forged);
            return;
        }
        sessions.end(call);
        LOG.info("{} signed out", signedIn.get().caller().id());
        tenant.published()
                .map(published ->
                        published.endSession() + "?post_logout_redirect_uri=" + encoded(publicUrl.get() + SIGNED_OUT))
                .otherwise(SIGNED_OUT)
                .onSuccess(location -> leave(call, header != null, location));
    }

    private static final String HOME = ReturnPath.HOME;

    private static void leave(RoutingContext call, boolean script, String location) {
        if (script) {
            call.json(new JsonObject().put("location", location));
        } else {
            call.response().setStatusCode(303).putHeader("location", location).end();
        }
    }

    private static void redirect(RoutingContext call, String location) {
        call.response()
                .setStatusCode(302)
                .putHeader("cache-control", "no-store")
                .putHeader("location", location)
                .end();
    }

    private static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
