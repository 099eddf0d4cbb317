package io.drover.worker.azure.entra;

import io.drover.worker.SignIn;
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
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

/** Signs an app registration in with its secret, through vertx-auth-oauth2. */
final class ClientSecretCredential implements Credential {
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final long USUAL_SECONDS = 3600;
    /** OAuth 2.0's word for it, and what an answer without a body of Entra's own begins with. */
    private static final Pattern PASSING = Pattern.compile(
            "temporarily_unavailable|^(Too Many Requests|Internal Server Error|Bad Gateway|Service Unavailable|Gateway Timeout)");

    private final OAuth2Auth entra;
    private final String site;
    private final String whom;
    private final Clock clock;

    /**
     * vertx-auth-oauth2 cannot redirect one connection, so a connect-to rule for the authority puts its port into the
     * URL, and the name must resolve through {@link io.drover.worker.azure.HostNames#vertxOptions}.
     */
    ClientSecretCredential(
            Vertx vertx,
            String authority,
            SignIn.ClientSecret from,
            List<ConnectTo> rules,
            HttpClientOptions http,
            Clock clock) {
        URI uri = URI.create(authority);
        this.site = ConnectTo.of(rules, uri.getHost())
                .map(rule -> uri.getScheme() + "://" + uri.getHost() + ":" + rule.port())
                .orElse(authority);
        this.whom = "client " + from.clientId() + " of tenant " + from.tenant();
        this.clock = clock;
        this.entra = OAuth2Auth.create(
                vertx,
                new OAuth2Options()
                        .setSite(site)
                        .setTokenPath("/" + from.tenant() + "/oauth2/v2.0/token")
                        .setClientId(from.clientId())
                        .setClientSecret(from.secret().value())
                        .setHttpClientOptions(new HttpClientOptions(http)));
    }

    @Override
    public Future<AccessToken> signIn(String audience) {
        return entra.authenticate(
                        new Oauth2Credentials().setFlow(OAuth2FlowType.CLIENT).addScope(audience + "/.default"))
                .timeout(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
                .map(this::token)
                .recover(cause -> refusal(audience, cause));
    }

    private AccessToken token(User user) {
        long lifetime = user.principal().getLong("expires_in", USUAL_SECONDS);
        return new AccessToken(
                user.principal().getString("access_token"), clock.instant().plusSeconds(lifetime));
    }

    private <T> Future<T> refusal(String audience, Throwable cause) {
        if (cause instanceof IOException) {
            return SignInHttp.failure(site, cause, EntraApplication.UNREACHABLE);
        }
        String said = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        String told =
                "Entra did not sign in " + whom + " for " + audience + ": " + said + (said.endsWith(".") ? " " : ". ");
        boolean passing =
                cause instanceof TimeoutException || PASSING.matcher(said).find();
        return Future.failedFuture(
                passing
                        ? new AzureException(429, "SignInUnavailable", told + "Nothing was sent. Run again later.")
                        : new AzureException(
                                401,
                                "SignInFailed",
                                told + "Check entra.tenant, entra.clientId and the client secret."));
    }
}
