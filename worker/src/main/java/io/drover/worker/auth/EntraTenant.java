package io.drover.worker.auth;

import io.drover.worker.WorkerConfig.ApiSignIn;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.PathSegment;
import io.drover.worker.azure.entra.SignInHttp;
import io.drover.worker.web.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the tenant publishes, by "OpenID Connect on the Microsoft identity platform" and "Signing key rollover": read when first needed,
 * again each hour, and for a key that is not known at most once a minute. Futures fail with a 503 {@link ProblemException}. Thread-safe.
 */
final class EntraTenant {
    private static final Logger LOG = LoggerFactory.getLogger(EntraTenant.class);
    private static final Duration FRESH = Duration.ofHours(1);
    /** Longer than any outage, and shorter than a key that Entra took back should be believed. */
    private static final Duration USABLE = Duration.ofHours(24);

    private static final Duration BETWEEN_LOOKS = Duration.ofMinutes(1);
    private static final Duration BETWEEN_TRIES = Duration.ofSeconds(5);
    private static final String ADVICE =
            "Check api.signIn.authority, and that this machine reaches it (DNS, firewall, network.trustedCa).";

    /** What was read at one time. */
    record Published(
            String authorize, String token, String endSession, TokenClaims claims, SigningKeys keys, Instant read) {}

    private final Vertx vertx;
    private final SignInHttp http;
    private final ApiSignIn signIn;
    private final Clock clock;
    private final String base;
    private Published current;
    private Future<Published> reading;
    private Instant tried = Instant.MIN;
    /** When a key was last asked for that was not known. */
    private Instant looked = Instant.MIN;

    private Throwable failure;

    EntraTenant(Vertx vertx, SignInHttp http, ApiSignIn signIn, Clock clock) {
        this.vertx = vertx;
        this.http = http;
        this.signIn = signIn;
        this.clock = clock;
        this.base = signIn.authority() + "/" + PathSegment.encode(signIn.tenant());
    }

    /** What is published, as far as it is known here. */
    synchronized Future<Published> published() {
        Instant now = clock.instant();
        if (current != null && now.isBefore(current.read().plus(USABLE))) {
            if (!now.isBefore(current.read().plus(FRESH)) && since(tried, now, BETWEEN_LOOKS)) {
                read().onFailure(cause -> LOG.warn(
                        "Entra's keys could not be read again; those read at {} are used on. {}",
                        current.read(),
                        cause.getMessage()));
            }
            return Future.succeededFuture(current);
        }
        Future<Published> read =
                reading == null && !since(tried, now, BETWEEN_TRIES) ? Future.failedFuture(failure) : read();
        return read.recover(cause -> Future.failedFuture(unavailable(cause)));
    }

    /** As {@link #published()}, but read again when this key is not in it, unless that was done a moment ago. */
    Future<Published> publishedWith(String kid) {
        return published().compose(known -> known.keys().has(kid) ? Future.succeededFuture(known) : again(known));
    }

    private synchronized Future<Published> again(Published known) {
        Instant now = clock.instant();
        if (reading == null && !since(looked, now, BETWEEN_LOOKS)) {
            return Future.succeededFuture(known);
        }
        looked = now;
        return read().recover(cause -> Future.failedFuture(unavailable(cause)));
    }

    private static boolean since(Instant then, Instant now, Duration pause) {
        return then.equals(Instant.MIN) || !now.isBefore(then.plus(pause));
    }

    /** Whoever asks meanwhile waits for the same answer. */
    private synchronized Future<Published> read() {
        if (reading == null) {
            tried = clock.instant();
            Future<Published> begun = Future.all(
                            document("/v2.0/.well-known/openid-configuration"),
                            document("/.well-known/openid-configuration"))
                    .compose(both -> keys(both.resultAt(0), both.resultAt(1)));
            reading = begun;
            begun.onComplete(done -> finished(done.result(), done.cause()));
            return begun;
        }
        return reading;
    }

    private synchronized void finished(Published read, Throwable cause) {
        reading = null;
        failure = cause;
        if (read != null) {
            current = read;
        }
    }

    private Future<JsonObject> document(String path) {
        return json(base + path);
    }

    private Future<Published> keys(JsonObject v2, JsonObject v1) {
        return Future.all(json(text(v2, "jwks_uri")), json(text(v1, "jwks_uri")))
                .map(sets -> {
                    Map<String, JsonObject> keys = new LinkedHashMap<>();
                    collect(sets.resultAt(0), keys);
                    collect(sets.resultAt(1), keys);
                    if (keys.isEmpty()) {
                        throw new AzureException(0, "NoKeys", base + " publishes no RSA key. " + ADVICE);
                    }
                    return new Published(
                            text(v2, "authorization_endpoint"),
                            text(v2, "token_endpoint"),
                            text(v2, "end_session_endpoint"),
                            new TokenClaims(
                                    text(v1, "issuer"), text(v2, "issuer"), signIn.clientId(), signIn.audience()),
                            new SigningKeys(vertx, signIn.clientId(), keys),
                            clock.instant());
                });
    }

    /** RSA keys for signatures only, and for one algorithm: none can be mistaken for a secret of an HMAC. */
    private static void collect(JsonObject set, Map<String, JsonObject> keys) {
        if (set.getValue("keys") instanceof JsonArray list) {
            for (Object one : list) {
                if (one instanceof JsonObject key
                        && "RSA".equals(key.getValue("kty"))
                        && "sig".equals(key.getValue("use", "sig"))
                        && SigningKeys.ALGORITHM.equals(key.getValue("alg", SigningKeys.ALGORITHM))
                        && key.getValue("kid") instanceof String kid
                        && key.getValue("n") instanceof String modulus
                        && key.getValue("e") instanceof String exponent) {
                    keys.put(
                            kid,
                            new JsonObject()
                                    .put("kty", "RSA")
                                    .put("use", "sig")
                                    .put("alg", SigningKeys.ALGORITHM)
                                    .put("kid", kid)
                                    .put("n", modulus)
                                    .put("e", exponent));
                }
            }
        }
    }

    private Future<JsonObject> json(String url) {
        return http.get(url, ADVICE).map(answer -> {
            try {
                JsonObject body = answer.bodyAsJsonObject();
                if (answer.statusCode() == 200 && body != null) {
                    return body;
                }
                String said = body == null ? "" : " (" + EntraRefusal.of(body) + ")";
                throw new AzureException(
                        answer.statusCode(),
                        "SignInUnavailable",
                        url + " answered " + answer.statusCode() + said + ". Check api.signIn.tenant and"
                                + " api.signIn.authority.");
            } catch (DecodeException | ClassCastException notJson) {
                throw new AzureException(0, "SignInUnavailable", url + " did not answer with JSON. " + ADVICE);
            }
        });
    }

    private String text(JsonObject document, String key) {
        if (document.getValue(key) instanceof String text && text.startsWith("https://")) {
            return text;
        }
        throw new AzureException(
                0, "SignInUnavailable", "The OpenID configuration of " + base + " has no " + key + ". " + ADVICE);
    }

    static ProblemException unavailable(Throwable cause) {
        return cause instanceof ProblemException problem
                ? problem
                : new ProblemException(
                        503,
                        "sign-in-unavailable",
                        "Microsoft Entra cannot be asked",
                        cause.getMessage()
                                + " Nobody can be told from anybody else until then; try again in a minute.");
    }
}
