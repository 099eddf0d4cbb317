package io.drover.worker.auth;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;

/** Tells tokens of the tenant from all others. Futures fail with {@link TokenClaims.Refusal}, or a 503 when Entra cannot be asked. */
final class BearerTokens {
    private static final int LONGEST = 16 * 1024;
    private static final int LONGEST_ID = 200;

    private final EntraTenant tenant;
    private final Clock clock;

    /** Who calls, and until when the token says so. */
    record Proof(Caller caller, Instant until) {}

    BearerTokens(EntraTenant tenant, Clock clock) {
        this.tenant = tenant;
        this.clock = clock;
    }

    /** Who calls with this access token. */
    Future<Proof> caller(String token) {
        return verified(
                token,
                (claims, published) ->
                        new Proof(published.claims().bearer(claims, clock.instant()), TokenClaims.expiry(claims)));
    }

    /** Who has signed in with this ID token. */
    Future<Caller> signedIn(String token, String nonce) {
        return verified(token, (claims, published) -> published.claims().signedIn(claims, nonce, clock.instant()));
    }

    private interface Judge<T> {
        T judge(JsonObject claims, EntraTenant.Published published);
    }

    private <T> Future<T> verified(String token, Judge<T> judge) {
        String kid;
        try {
            kid = keyId(token);
        } catch (TokenClaims.Refusal refusal) {
            return Future.failedFuture(refusal);
        }
        return tenant.publishedWith(kid)
                .compose(published -> published.keys().has(kid)
                        ? published.keys().verify(token).map(claims -> judge.judge(claims, published))
                        : Future.failedFuture(new TokenClaims.Refusal(
                                "it is signed with a key that the directory does not publish (header kid)")));
    }

    private static String keyId(String token) {
        String[] parts = token.length() > LONGEST ? new String[0] : token.split("\\.", -1);
        if (parts.length != 3) {
            throw new TokenClaims.Refusal("it is not a signed JSON Web Token");
        }
        try {
            JsonObject header =
                    new JsonObject(Buffer.buffer(Base64.getUrlDecoder().decode(parts[0])));
            if (!SigningKeys.ALGORITHM.equals(header.getValue("alg"))) {
                throw new TokenClaims.Refusal("it is not signed with " + SigningKeys.ALGORITHM + " (header alg)");
            }
            if (header.getValue("kid") instanceof String kid && kid.length() <= LONGEST_ID) {
                return kid;
            }
        } catch (IllegalArgumentException | DecodeException | ClassCastException malformed) {
            throw new TokenClaims.Refusal("it is not a signed JSON Web Token");
        }
        throw new TokenClaims.Refusal("it does not say which key signed it (header kid)");
    }
}
