package io.drover.simulator.cloud.entra;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Issues and checks the RS256 access tokens of the emulated Entra. The signing key lives as long as the process. Claims follow the
 * v1 access token of the "Access token claims reference". Thread-safe.
 */
public final class AccessTokens {
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

    private final KeyPair keys;
    private final String keyId;
    private final String issuerHost;
    private final Clock clock;

    /** @param suffix the DNS suffix of the emulated Azure, part of the issuer's name */
    public AccessTokens(String suffix, Clock clock) {
        this.keys = newKeys();
        this.keyId = thumbprint((RSAPublicKey) keys.getPublic());
        this.issuerHost = "https://sts.windows." + suffix + "/";
        this.clock = clock;
    }

    /** A signed access token for the service principal, valid from now on for the lifetime. */
    public String issue(String tenantId, ServicePrincipal principal, String audience, Duration lifetime) {
        Instant now = clock.instant();
        JsonObject header =
                new JsonObject().put("typ", "JWT").put("alg", "RS256").put("kid", keyId);
        JsonArray roles = new JsonArray(principal.roles().stream().sorted().toList());
        JsonObject claims = new JsonObject()
                .put("aud", audience)
                .put("iss", issuer(tenantId))
                .put("iat", now.getEpochSecond())
                .put("nbf", now.getEpochSecond())
                .put("exp", now.plus(lifetime).getEpochSecond())
                .put("appid", principal.clientId())
                .put("appidacr", "1")
                .put("idtyp", "app")
                .put("oid", principal.objectId())
                .put("tid", tenantId)
                .put("roles", roles)
                .put("uti", UUID.randomUUID().toString())
                .put("ver", "1.0");
        String signed = encode(header) + "." + encode(claims);
        return signed + "." + ENCODER.encodeToString(sign(signed));
    }

    /**
     * The caller of a request, or empty when the header is absent (null), is not a bearer token of ours, has expired, or is meant
     * for another audience. A trailing slash of the audience does not matter.
     */
    public Optional<Caller> verify(String authorizationHeader, String audience) {
        if (authorizationHeader == null || !authorizationHeader.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return Optional.empty();
        }
        String[] parts = authorizationHeader.substring(7).trim().split("\\.", -1);
        if (parts.length != 3) {
            return Optional.empty();
        }
        try {
            JsonObject header = decode(parts[0]);
            if (!"RS256".equals(header.getValue("alg"))
                    || !signatureHolds(parts[0] + "." + parts[1], DECODER.decode(parts[2]))) {
                return Optional.empty();
            }
            return callerOf(decode(parts[1]), audience);
        } catch (DecodeException | ClassCastException | IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    /** The key set published at {@code jwks_uri}. */
    public JsonObject keySet(String tenantId) {
        RSAPublicKey key = (RSAPublicKey) keys.getPublic();
        JsonObject jwk = new JsonObject()
                .put("kty", "RSA")
                .put("use", "sig")
                .put("kid", keyId)
                .put("x5t", keyId)
                .put("n", ENCODER.encodeToString(unsigned(key.getModulus().toByteArray())))
                .put(
                        "e",
                        ENCODER.encodeToString(unsigned(key.getPublicExponent().toByteArray())))
                .put("issuer", issuer(tenantId));
        return new JsonObject().put("keys", new JsonArray().add(jwk));
    }

    public String issuer(String tenantId) {
        return issuerHost + tenantId + "/";
    }

    private Optional<Caller> callerOf(JsonObject claims, String audience) {
        long now = clock.instant().getEpochSecond();
        boolean current = claims.getLong("nbf") <= now && now < claims.getLong("exp");
        if (!current || !withoutSlash(audience).equals(withoutSlash(claims.getString("aud")))) {
            return Optional.empty();
        }
        String client = claims.getString("appid", claims.getString("azp"));
        return Optional.of(new Caller(
                client,
                texts(claims, "roles"),
                claims.getString("oid", client),
                claims.getString("preferred_username"),
                texts(claims, "groups")));
    }

    private static Set<String> texts(JsonObject claims, String name) {
        return claims.getJsonArray(name, new JsonArray()).stream()
                .map(String::valueOf)
                .collect(Collectors.toUnmodifiableSet());
    }

    private byte[] sign(String text) {
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(keys.getPrivate());
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java runtime can sign with SHA256withRSA", e);
        }
    }

    private boolean signatureHolds(String text, byte[] value) {
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initVerify(keys.getPublic());
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return signature.verify(value);
        } catch (GeneralSecurityException malformed) {
            return false;
        }
    }

    private static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java runtime can make RSA keys", e);
        }
    }

    private static String thumbprint(RSAPublicKey key) {
        try {
            return ENCODER.encodeToString(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    private static String encode(JsonObject json) {
        return ENCODER.encodeToString(json.encode().getBytes(StandardCharsets.UTF_8));
    }

    private static JsonObject decode(String part) {
        return new JsonObject(new String(DECODER.decode(part), StandardCharsets.UTF_8));
    }

    private static byte[] unsigned(byte[] twosComplement) {
        return twosComplement.length > 1 && twosComplement[0] == 0
                ? Arrays.copyOfRange(twosComplement, 1, twosComplement.length)
                : twosComplement;
    }

    static String withoutSlash(String audience) {
        return audience.endsWith("/") ? audience.substring(0, audience.length() - 1) : audience;
    }
}
