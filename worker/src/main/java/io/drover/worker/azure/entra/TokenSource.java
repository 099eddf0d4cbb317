package io.drover.worker.azure.entra;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.ConnectTo;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.oauth2.OAuth2Auth;
import io.vertx.ext.auth.oauth2.OAuth2FlowType;
import io.vertx.ext.auth.oauth2.OAuth2Options;
import io.vertx.ext.auth.oauth2.Oauth2Credentials;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/**
 * Signs in at Entra with client credentials and hands out a bearer token per audience, kept until shortly before it
 * expires. Calls that ask at once share one sign-in. Thread-safe.
 */
public final class TokenSource {
    private static final Duration EARLY = Duration.ofMinutes(2);
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    /** With the pauses between them about half a minute; then the caller has to wait and ask again. */
    private static final int TRIES = 7;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    /** OAuth 2.0's word for it, and what an answer without a body of Entra's own begins with. */
    private static final Pattern PASSING = Pattern.compile(
            "temporarily_unavailable|^(Too Many Requests|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Timeout)");

    private final Vertx vertx;
    private final OAuth2Auth entra;
    private final Clock clock;
    private final String whom;
    private final String site;
    private final Map<String, Future<Token>> tokens = new ConcurrentHashMap<>();

    private record Token(String value, Instant renewAt) {
        @Override
        public String toString() {
            return "Token[renewAt=" + renewAt + "]";
        }
    }

    /** Who signs in where; the secret stays out of {@link #toString()}. */
    public record Identity(String authority, String tenant, String clientId, String clientSecret) {
        @Override
        public String toString() {
            return "Identity[authority=" + authority + ", tenant=" + tenant + ", clientId=" + clientId + "]";
        }
    }

    /**
     * vertx-auth-oauth2 cannot redirect one connection, so a connect-to rule for the authority puts its port into the
     * URL, and the name must resolve through {@link io.drover.worker.azure.HostNames#vertxOptions}.
     */
    public TokenSource(Vertx vertx, Identity identity, List<ConnectTo> rules, HttpClientOptions http, Clock clock) {
        this.vertx = vertx;
        this.clock = clock;
        this.whom = "client " + identity.clientId() + " of tenant " + identity.tenant();
        URI authority = URI.create(identity.authority());
        this.site = ConnectTo.of(rules, authority.getHost())
                .map(rule -> authority.getScheme() + "://" + authority.getHost() + ":" + rule.port())
                .orElse(identity.authority());
        this.entra = OAuth2Auth.create(
                vertx,
                new OAuth2Options()
                        .setSite(site)
                        .setTokenPath("/" + identity.tenant() + "/oauth2/v2.0/token")
                        .setClientId(identity.clientId())
                        .setClientSecret(identity.clientSecret())
                        .setHttpClientOptions(new HttpClientOptions(http)));
    }

    /**
     * A bearer token for the audience. Fails with {@link AzureException} when Entra refuses or does not answer; with 429,
     * as nothing was carried out, when Entra stays unavailable for half a minute.
     */
    public Future<String> token(String audience) {
        Future<Token> token =
                tokens.compute(audience, (key, known) -> known == null || stale(known) ? signIn(key) : known);
        return token.map(Token::value);
    }

    /** Forgets a token that a service refused. */
    public void forget(String audience) {
        tokens.remove(audience);
    }

    private boolean stale(Future<Token> known) {
        return known.failed()
                || (known.succeeded()
                        && !clock.instant().isBefore(known.result().renewAt()));
    }

    private Future<Token> signIn(String audience) {
        return attempt(audience, 1).recover(cause -> Future.failedFuture(refusal(audience, cause)));
    }

    private Future<Token> attempt(String audience, int number) {
        return entra.authenticate(
                        new Oauth2Credentials().setFlow(OAuth2FlowType.CLIENT).addScope(audience + "/.default"))
                .timeout(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                .map(this::token)
                .recover(cause -> number < TRIES && isPassing(cause)
                        ? vertx.timer(FIRST_PAUSE.toMillis() << (number - 1))
                                .compose(passed -> attempt(audience, number + 1))
                        : Future.failedFuture(cause));
    }

    private static boolean isPassing(Throwable cause) {
        return cause.getMessage() != null && PASSING.matcher(cause.getMessage()).find();
    }

    private Token token(User user) {
        long lifetime = user.principal().getLong("expires_in", 3600L);
        Duration kept = Duration.ofSeconds(lifetime);
        Duration early = EARLY.compareTo(kept.dividedBy(4)) < 0 ? EARLY : kept.dividedBy(4);
        return new Token(
                user.principal().getString("access_token"),
                clock.instant().plus(kept).minus(early));
    }

    private AzureException refusal(String audience, Throwable cause) {
        String said = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        if (cause instanceof SSLException) {
            return new AzureException(
                    0,
                    "NotTrusted",
                    site + " was reached, but TLS failed: " + said
                            + ". If its certificate is of a private authority, name that in network.trustedCa.");
        }
        if (cause instanceof IOException) {
            return new AzureException(
                    0,
                    "Unreachable",
                    site + " cannot be reached: " + said
                            + ". Check entra.authority, network.connectTo, and the way there (DNS, proxy, firewall).");
        }
        if (isPassing(cause)) {
            return new AzureException(
                    429,
                    "SignInUnavailable",
                    "Entra did not sign in " + whom + " for " + audience + " for now: " + said
                            + ". Nothing was sent. Run again later.");
        }
        return new AzureException(
                401,
                "SignInFailed",
                "Entra did not sign in " + whom + " for " + audience + ": " + said
                        + ". Check entra.tenant, entra.clientId and the client secret.");
    }
}
