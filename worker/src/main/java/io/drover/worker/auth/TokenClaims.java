package io.drover.worker.auth;

import io.drover.worker.auth.Caller.Way;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Judges the claims of a token whose signature holds, after "Access token claims reference" and "ID token claims reference". Pure
 * functions.
 *
 * @param issuerV1 what {@code iss} of the tenant's v1 tokens must be
 * @param issuerV2 what {@code iss} of the tenant's v2 tokens must be
 * @param clientId of the API's app registration
 * @param audience the API's application ID URI
 */
record TokenClaims(String issuerV1, String issuerV2, String clientId, String audience) {
    /** Clocks of different machines differ. */
    static final Duration LEEWAY = Duration.ofSeconds(60);

    private static final String V1 = "1.0";
    private static final String V2 = "2.0";

    /** What a token lacks; names the claim, never its value. */
    static final class Refusal extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Refusal(String text) {
            super(text, null, false, false);
        }
    }

    /** Who calls with this access token. Throws {@link Refusal}. */
    Caller bearer(JsonObject claims, Instant now) {
        requireTimes(claims, now);
        String version = text(claims, "ver");
        String issuer = V1.equals(version) ? issuerV1 : V2.equals(version) ? issuerV2 : null;
        if (issuer == null || !issuer.equals(text(claims, "iss"))) {
            throw new Refusal("it was issued by another directory than the configured one (claims iss, ver)");
        }
        if (audiences(claims).noneMatch(one -> one.equals(clientId) || one.equals(audience))) {
            throw new Refusal("it is meant for another API (claim aud); ask for the scope " + audience + "/.default");
        }
        String application = text(claims, V1.equals(version) ? "appid" : "azp");
        if (application == null) {
            throw new Refusal("it is not an access token (claim azp or appid); an ID token is not taken for one");
        }
        if (text(claims, "scp") == null) {
            return new Caller(application, application, roles(claims), Way.TOKEN);
        }
        return person(claims, Way.TOKEN);
    }

    /** Who has signed in with this ID token of the v2.0 endpoint. Throws {@link Refusal}. */
    Caller signedIn(JsonObject claims, String nonce, Instant now) {
        requireTimes(claims, now);
        if (!V2.equals(text(claims, "ver")) || !issuerV2.equals(text(claims, "iss"))) {
            throw new Refusal("it was issued by another directory than the configured one (claims iss, ver)");
        }
        if (!clientId.equals(text(claims, "aud"))) {
            throw new Refusal("it is meant for another application (claim aud)");
        }
        if (!nonce.equals(text(claims, "nonce"))) {
            throw new Refusal("it answers another sign-in (claim nonce)");
        }
        return person(claims, Way.SESSION);
    }

    private static Caller person(JsonObject claims, Way way) {
        String id = Stream.of("preferred_username", "upn", "unique_name", "oid", "sub")
                .map(claim -> text(claims, claim))
                .filter(value -> value != null && !value.isBlank())
                .findFirst()
                .orElseThrow(() -> new Refusal("it names nobody (claims preferred_username, upn, oid, sub)"));
        String name = text(claims, "name");
        return new Caller(id, name == null ? id : name, roles(claims), way);
    }

    private static Set<Role> roles(JsonObject claims) {
        Set<Role> roles = EnumSet.noneOf(Role.class);
        if (claims.getValue("roles") instanceof JsonArray given) {
            given.forEach(role -> {
                if (role instanceof String name) {
                    Role.named(name).ifPresent(roles::add);
                }
            });
        }
        return roles;
    }

    private static void requireTimes(JsonObject claims, Instant now) {
        Instant expiry = time(claims, "exp");
        Instant from = time(claims, "nbf");
        if (expiry == null || !now.isBefore(expiry.plus(LEEWAY))) {
            throw new Refusal("it has expired (claim exp); ask for a new one");
        }
        if (from != null && now.isBefore(from.minus(LEEWAY))) {
            throw new Refusal("it is not valid yet (claim nbf); check the clocks of both machines");
        }
    }

    /** When the token is void. */
    static Instant expiry(JsonObject claims) {
        return time(claims, "exp").plus(LEEWAY);
    }

    private static Instant time(JsonObject claims, String claim) {
        return claims.getValue(claim) instanceof Number seconds ? Instant.ofEpochSecond(seconds.longValue()) : null;
    }

    private static Stream<String> audiences(JsonObject claims) {
        Object given = claims.getValue("aud");
        if (given instanceof JsonArray several) {
            return several.stream().filter(String.class::isInstance).map(String.class::cast);
        }
        return given instanceof String one ? Stream.of(one) : Stream.empty();
    }

    private static String text(JsonObject claims, String claim) {
        return claims.getValue(claim) instanceof String text ? text : null;
    }
}
