package io.drover.simulator.cloud.entra;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Issues and checks the RS256 tokens of the emulated Entra. Claims follow the "Access token claims reference" and the "ID token
 * claims reference". Thread-safe.
 */
public final class AccessTokens {
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
    private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

    private static final int TOKENS_KEPT = 1_000;

    private final SigningKeys keys = new SigningKeys();
    private final String issuerHost;
    private final String loginHost;
    private final Clock clock;
    /** Tokens whose signature held; an RSA signature checked for each call is a tenth of what the emulator does under load. */
    private final Map<String, Seen> seen = Collections.synchronizedMap(new Recent());

    private volatile UnaryOperator<Duration> lifetimes = UnaryOperator.identity();

    /** What was signed, and by which key; the claims are only read. */
    private record Seen(String key, String signature, JsonObject claims) {
        @Override
        public String toString() {
            return "Seen[" + key + "]";
        }
    }

    private static final class Recent extends LinkedHashMap<String, Seen> {
        private static final long serialVersionUID = 1L;

        Recent() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Seen> eldest) {
            return size() > TOKENS_KEPT;
        }
    }

    /** @param suffix the DNS suffix of the emulated Azure, part of the issuer's name */
    public AccessTokens(String suffix, Clock clock) {
        this.loginHost = "https://login.microsoftonline." + suffix + "/";
        this.issuerHost = "https://sts.windows." + suffix + "/";
        this.clock = clock;
    }

    /** Lets something else decide on the lifetime of tokens, given the usual one. */
    public void lifetimes(UnaryOperator<Duration> decision) {
        lifetimes = decision;
    }

    /** How long a token lives that would usually live so long. */
    Duration lifetime(Duration usual) {
        return lifetimes.apply(usual);
    }

    /** An app-only token for one of Azure's own services, valid from now on for the lifetime. */
    public String issue(String tenantId, ServicePrincipal principal, String audience, Duration lifetime) {
        return issue(tenantId, principal, new TokenResource(audience, null, List.of(), Set.of()), false, lifetime);
    }

    /** An app-only token; without the claim {@code roles} when a registered API gave the application none. */
    String issue(
            String tenantId,
            ServicePrincipal principal,
            TokenResource resource,
            boolean byCertificate,
            Duration lifetime) {
        JsonObject claims = about(tenantId, resource, principal.clientId(), byCertificate ? "2" : "1")
                .put("idtyp", "app")
                .put("oid", principal.objectId())
                .put("sub", principal.objectId());
        Set<String> roles = resource.api() == null
                ? principal.roles()
                : principal.appRoles().getOrDefault(resource.api().clientId(), Set.of());
        return sign(withRoles(claims, roles, resource.api() == null), lifetime);
    }

    /** A user's token, with {@code scp} and the user's roles. */
    String issueForUser(Grants.Grant grant, Duration lifetime) {
        TokenResource resource = grant.resource();
        DirectoryUser user = grant.user();
        JsonObject claims = about(grant.tenant(), resource, grant.clientId(), "0")
                .put("oid", user.objectId())
                .put("sub", pairwise(user, audience(resource)))
                .put("name", user.displayName())
                .put("preferred_username", user.userName())
                .put("scp", String.join(" ", resource.granted()));
        if (!isV2(resource)) {
            claims.put("upn", user.userName()).put("unique_name", user.userName());
        }
        if (!user.groups().isEmpty()) {
            claims.put("groups", new JsonArray(user.groups().stream().sorted().toList()));
        }
        Set<String> roles = resource.api() == null
                ? user.roles()
                : user.appRoles().getOrDefault(resource.api().clientId(), Set.of());
        return sign(withRoles(claims, roles, false), lifetime);
    }

    /** The id token of an OpenID sign-in: the person's claims for the scope {@code profile}, and the roles in the application. */
    String idToken(Grants.Grant grant, Duration lifetime) {
        DirectoryUser user = grant.user();
        JsonObject claims = new JsonObject()
                .put("aud", grant.clientId())
                .put("iss", issuerV2(grant.tenant()))
                .put("sub", pairwise(user, grant.clientId()))
                .put("tid", grant.tenant())
                .put("ver", "2.0");
        if (grant.resource().extras().contains("profile")) {
            claims.put("oid", user.objectId())
                    .put("name", user.displayName())
                    .put("preferred_username", user.userName());
        }
        if (grant.nonce() != null) {
            claims.put("nonce", grant.nonce());
        }
        return sign(withRoles(claims, user.appRoles().getOrDefault(grant.clientId(), Set.of()), false), lifetime);
    }

    private JsonObject about(String tenantId, TokenResource resource, String clientId, String proof) {
        JsonObject claims = new JsonObject().put("tid", tenantId);
        if (isV2(resource)) {
            return claims.put("aud", resource.api().clientId())
                    .put("iss", issuerV2(tenantId))
                    .put("azp", clientId)
                    .put("azpacr", proof)
                    .put("ver", "2.0");
        }
        return claims.put(
                        "aud",
                        resource.api() == null
                                ? resource.audience()
                                : resource.api().identifierUri())
                .put("iss", issuer(tenantId))
                .put("appid", clientId)
                .put("appidacr", proof)
                .put("ver", "1.0");
    }

    private static JsonObject withRoles(JsonObject claims, Set<String> roles, boolean evenNone) {
        return roles.isEmpty() && !evenNone
                ? claims
                : claims.put("roles", new JsonArray(roles.stream().sorted().toList()));
    }

    private static boolean isV2(TokenResource resource) {
        return resource.api() != null && resource.api().tokenVersion() == 2;
    }

    private static String audience(TokenResource resource) {
        return resource.api() == null ? resource.audience() : resource.api().clientId();
    }

    /** A subject differs from application to application, as documented. */
    private static String pairwise(DirectoryUser user, String application) {
        return UUID.nameUUIDFromBytes((user.objectId() + "/" + application).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    private String sign(JsonObject claims, Duration lifetime) {
        Instant now = clock.instant();
        SigningKeys.Key key = keys.current();
        JsonObject header =
                new JsonObject().put("typ", "JWT").put("alg", "RS256").put("kid", key.id());
        claims.put("iat", now.getEpochSecond())
                .put("nbf", now.getEpochSecond())
                .put("exp", now.plus(lifetime).getEpochSecond())
                .put("uti", UUID.randomUUID().toString());
        String signed = encode(header) + "." + encode(claims);
        return signed + "." + ENCODER.encodeToString(key.sign(signed));
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
            Optional<JsonObject> claims = signedClaims(parts);
            return claims.isEmpty() ? Optional.empty() : callerOf(claims.get(), audience);
        } catch (DecodeException | ClassCastException | IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }

    private Optional<JsonObject> signedClaims(String[] parts) {
        String signed = parts[0] + "." + parts[1];
        Seen before = seen.get(signed);
        if (before != null && before.signature().equals(parts[2]) && keys.publishes(before.key())) {
            return Optional.of(before.claims());
        }
        JsonObject header = decode(parts[0]);
        if (!"RS256".equals(header.getValue("alg"))
                || !(header.getValue("kid") instanceof String key)
                || !keys.holds(key, signed, DECODER.decode(parts[2]))) {
            return Optional.empty();
        }
        JsonObject claims = decode(parts[1]);
        seen.put(signed, new Seen(key, parts[2], claims));
        return Optional.of(claims);
    }

    /** The key set published at {@code jwks_uri}. */
    public JsonObject keySet(String tenantId) {
        return keys.published(issuer(tenantId));
    }

    /** Signs with a new key from now on; the last one stays published. Blocks for the making of an RSA key. */
    public void rotateKeys() {
        keys.rotate();
    }

    String issuerV2(String tenantId) {
        return loginHost + tenantId + "/v2.0";
    }

    /** The issuer of v1 tokens. */
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

    private static String encode(JsonObject json) {
        return ENCODER.encodeToString(json.encode().getBytes(StandardCharsets.UTF_8));
    }

    private static JsonObject decode(String part) {
        return new JsonObject(new String(DECODER.decode(part), StandardCharsets.UTF_8));
    }

    static String withoutSlash(String audience) {
        return audience.endsWith("/") ? audience.substring(0, audience.length() - 1) : audience;
    }
}
