package io.drover.simulator.cloud.entra;

import io.drover.simulator.cloud.Names;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Base64;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The token endpoint: client credentials, authorization code (with PKCE) and refresh token, in the v2 form (scope) and, for client
 * credentials, the v1 form (resource). Refusals are thrown as {@link EntraException}.
 */
final class TokenEndpoint {
    private static final int LEAST_SECONDS = 3_599;
    private static final int SPREAD_SECONDS = 1_800;

    private final Directory directory;
    private final AccessTokens tokens;
    private final Grants grants;
    private final ClientAuthentication clients;
    private final Names names;
    private final RandomGenerator random;

    TokenEndpoint(
            Directory directory,
            AccessTokens tokens,
            Grants grants,
            ClientAuthentication clients,
            Names names,
            RandomGenerator random) {
        this.directory = directory;
        this.tokens = tokens;
        this.grants = grants;
        this.clients = clients;
        this.names = names;
        this.random = random;
    }

    /** The answer to a token request of this tenant. */
    JsonObject answer(RoutingContext context, String tenant, boolean v1) {
        MultiMap form = context.request().formAttributes();
        String grantType = required(form, "grant_type");
        return switch (grantType) {
            case "client_credentials" -> clientCredentials(context, tenant, v1);
            case "authorization_code" -> authorizationCode(context, tenant);
            case "refresh_token" -> refreshToken(context, tenant);
            default -> throw new EntraException(EntraError.GRANT_UNSUPPORTED, grantType);
        };
    }

    private JsonObject clientCredentials(RoutingContext context, String tenant, boolean v1) {
        ServicePrincipal principal = clients.authenticate(context, tenant, true, audiences(tenant));
        MultiMap form = context.request().formAttributes();
        TokenResource resource;
        if (v1) {
            resource = TokenResource.ofResource(required(form, "resource"), tenant, directory, names);
        } else {
            String scope = required(form, "scope");
            if (!scope.trim().contains(" ") && !scope.endsWith("/" + TokenResource.DEFAULT)) {
                throw new EntraException(EntraError.SCOPE_NOT_DEFAULT, scope);
            }
            resource = TokenResource.ofScopes(scope, tenant, directory, names);
            if (!resource.isDefaultOnly() || !resource.extras().isEmpty()) {
                throw new EntraException(EntraError.SCOPE_MALFORMED, scope);
            }
        }
        Duration lifetime = lifetime();
        String token = tokens.issue(tenant, principal, resource, form.contains("client_assertion"), lifetime);
        JsonObject answer = new JsonObject().put("token_type", "Bearer");
        if (v1) {
            // The v1 endpoint writes its numbers as texts.
            return answer.put("expires_in", Long.toString(lifetime.toSeconds()))
                    .put("ext_expires_in", Long.toString(lifetime.toSeconds()))
                    .put("resource", form.get("resource"))
                    .put("access_token", token);
        }
        return answer.put("expires_in", lifetime.toSeconds())
                .put("ext_expires_in", lifetime.toSeconds())
                .put("access_token", token);
    }

    private JsonObject authorizationCode(RoutingContext context, String tenant) {
        ServicePrincipal client = clients.authenticate(context, tenant, false, audiences(tenant));
        MultiMap form = context.request().formAttributes();
        Grants.Grant grant = grants.redeem(required(form, "code"))
                .filter(given ->
                        given.tenant().equals(tenant) && given.clientId().equals(client.clientId()))
                .orElseThrow(() -> new EntraException(EntraError.CODE_INVALID));
        if (!grant.redirectUri().equals(form.get("redirect_uri"))) {
            throw new EntraException(EntraError.REDIRECT_MISMATCH, String.valueOf(form.get("redirect_uri")));
        }
        if (grant.challenge() != null && !answers(form.get("code_verifier"), grant)) {
            throw new EntraException(EntraError.VERIFIER_WRONG);
        }
        return forUser(grant);
    }

    private JsonObject refreshToken(RoutingContext context, String tenant) {
        ServicePrincipal client = clients.authenticate(context, tenant, false, audiences(tenant));
        MultiMap form = context.request().formAttributes();
        Grants.Grant grant = grants.refreshed(required(form, "refresh_token"))
                .filter(given ->
                        given.tenant().equals(tenant) && given.clientId().equals(client.clientId()))
                .orElseThrow(() -> new EntraException(EntraError.REFRESH_INVALID));
        return forUser(grant);
    }

    private JsonObject forUser(Grants.Grant grant) {
        Duration lifetime = lifetime();
        TokenResource resource = grant.resource();
        JsonObject answer = new JsonObject()
                .put("token_type", "Bearer")
                .put("scope", resource.scope())
                .put("expires_in", lifetime.toSeconds())
                .put("ext_expires_in", lifetime.toSeconds())
                .put("access_token", tokens.issueForUser(grant, lifetime));
        if (resource.extras().contains("offline_access")) {
            answer.put("refresh_token", grants.refresh(grant));
        }
        if (resource.extras().contains("openid")) {
            answer.put("id_token", tokens.idToken(grant, lifetime));
        }
        return answer;
    }

    /** Documented: 60 to 90 minutes, at random. */
    Duration lifetime() {
        return tokens.lifetime(Duration.ofSeconds(LEAST_SECONDS + random.nextLong(SPREAD_SECONDS)));
    }

    private Set<String> audiences(String tenant) {
        String base = "https://" + names.login() + "/" + tenant;
        return Set.of(base + "/oauth2/v2.0/token", base + "/oauth2/token", base + "/v2.0", base, tokens.issuer(tenant));
    }

    private static boolean answers(String verifier, Grants.Grant grant) {
        if (verifier == null) {
            return false;
        }
        byte[] given = verifier.getBytes(StandardCharsets.US_ASCII);
        String answer = grant.challengeHashed()
                ? Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(given))
                : verifier;
        return MessageDigest.isEqual(
                answer.getBytes(StandardCharsets.US_ASCII), grant.challenge().getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("every Java runtime has SHA-256", missing);
        }
    }

    private static String required(MultiMap form, String name) {
        String value = form.get(name);
        if (value == null || value.isBlank()) {
            throw new EntraException(EntraError.PARAMETER_MISSING, name);
        }
        return value;
    }
}
