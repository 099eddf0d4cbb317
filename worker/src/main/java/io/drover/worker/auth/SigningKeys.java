package io.drover.worker.auth;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.oauth2.OAuth2Auth;
import io.vertx.ext.auth.oauth2.OAuth2Options;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The keys that the tenant publishes. Signatures are checked by vertx-auth-oauth2, offline: it gets no endpoint to ask, as it would
 * send a token that it cannot read to the userinfo endpoint, and believe the answer whoever the token is meant for. Claims are
 * judged by {@link TokenClaims}.
 */
final class SigningKeys {
    static final String ALGORITHM = "RS256";
    /** Times are judged afterwards, so that a refusal can say which one it was. */
    private static final int ANY_TIME = Integer.MAX_VALUE;

    private final OAuth2Auth verifier;
    private final Set<String> ids;

    /** @param keys by their ids, RSA for RS256 alone */
    SigningKeys(Vertx vertx, String clientId, Map<String, JsonObject> keys) {
        this.ids = Set.copyOf(keys.keySet());
        this.verifier = OAuth2Auth.create(
                vertx,
                new OAuth2Options()
                        .setClientId(clientId)
                        .setSite("https://unused.invalid")
                        .setJwks(List.copyOf(keys.values()))
                        .setJWTOptions(new JWTOptions().setLeeway(ANY_TIME).setAudience(List.of())));
    }

    boolean has(String kid) {
        return ids.contains(kid);
    }

    /** The claims of a token that one of the keys has signed; else fails with {@link TokenClaims.Refusal}. */
    Future<JsonObject> verify(String token) {
        return verifier.authenticate(new TokenCredentials(token)).transform(done -> {
            JsonObject claims = done.succeeded() ? done.result().attributes().getJsonObject("accessToken") : null;
            return claims == null
                    ? Future.failedFuture(new TokenClaims.Refusal("its signature does not hold"))
                    : Future.succeededFuture(claims);
        });
    }
}
