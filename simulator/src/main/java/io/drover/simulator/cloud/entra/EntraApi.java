package io.drover.simulator.cloud.entra;

import io.drover.simulator.cloud.Names;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The emulated Entra: the token endpoint for client credentials with a secret, OpenID metadata and the key set, following
 * "Microsoft identity platform and the OAuth 2.0 client credentials flow". Runs on the event loop of the request.
 */
public final class EntraApi {
    private static final String DEFAULT_SCOPE = "/.default";
    private static final int BODY_LIMIT = 64 * 1024;

    private final Router router;
    private final Directory directory;
    private final AccessTokens tokens;
    private final Names names;
    private final Clock clock;
    private final RandomGenerator random;
    private final Set<String> audiences;

    public EntraApi(
            Vertx vertx, Directory directory, AccessTokens tokens, Names names, Clock clock, RandomGenerator random) {
        this.directory = directory;
        this.tokens = tokens;
        this.names = names;
        this.clock = clock;
        this.random = random;
        this.audiences = Set.of(
                names.resourceManagerAudience(),
                names.centralAudience(),
                names.provisioningAudience(),
                names.hubAudience());
        this.router = Router.router(vertx);
        router.post("/:tenant/oauth2/v2.0/token")
                .handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT))
                .handler(this::token);
        router.get("/:tenant/v2.0/.well-known/openid-configuration").handler(this::metadata);
        router.get("/:tenant/.well-known/openid-configuration").handler(this::metadata);
        router.get("/:tenant/discovery/v2.0/keys").handler(this::keys);
        router.get("/:tenant/discovery/keys").handler(this::keys);
    }

    public Router router() {
        return router;
    }

    private record Credentials(String clientId, String secret) {}

    private void token(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        MultiMap form = context.request().formAttributes();
        if (!directory.hasTenant(tenant)) {
            refuse(context, EntraError.TENANT_NOT_FOUND, tenant);
            return;
        }
        String grantType = form.get("grant_type");
        if (grantType == null) {
            refuse(context, EntraError.PARAMETER_MISSING, "grant_type");
            return;
        }
        if (!grantType.equals("client_credentials")) {
            refuse(context, EntraError.GRANT_UNSUPPORTED, grantType);
            return;
        }
        authenticate(context, tenant, credentials(context)).ifPresent(principal -> grant(context, tenant, principal));
    }

    private Optional<ServicePrincipal> authenticate(RoutingContext context, String tenant, Credentials given) {
        if (given.clientId() == null || given.clientId().isEmpty()) {
            return refuse(context, EntraError.PARAMETER_MISSING, "client_id");
        }
        Optional<ServicePrincipal> known = directory.principal(tenant, given.clientId());
        if (known.isEmpty()) {
            return refuse(context, EntraError.APPLICATION_NOT_FOUND, given.clientId(), tenant);
        }
        if (given.secret() == null || given.secret().isEmpty()) {
            return refuse(context, EntraError.SECRET_MISSING);
        }
        byte[] expected = known.get().clientSecret().getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(expected, given.secret().getBytes(StandardCharsets.UTF_8))) {
            return refuse(context, EntraError.SECRET_WRONG, given.clientId());
        }
        return known;
    }

    private void grant(RoutingContext context, String tenant, ServicePrincipal principal) {
        String scope = context.request().formAttributes().get("scope");
        if (scope == null || scope.isBlank()) {
            refuse(context, EntraError.PARAMETER_MISSING, "scope");
            return;
        }
        if (scope.trim().contains(" ")) {
            refuse(context, EntraError.SCOPE_MALFORMED, scope);
            return;
        }
        if (!scope.endsWith(DEFAULT_SCOPE)) {
            refuse(context, EntraError.SCOPE_NOT_DEFAULT, scope);
            return;
        }
        String audience =
                AccessTokens.withoutSlash(scope.trim().substring(0, scope.trim().length() - DEFAULT_SCOPE.length()));
        if (!audiences.contains(audience)) {
            refuse(context, EntraError.RESOURCE_NOT_FOUND, audience, tenant);
            return;
        }
        // Documented: 60 to 90 minutes, at random.
        long seconds = 3_599 + random.nextLong(1_800);
        JsonObject answer = new JsonObject()
                .put("token_type", "Bearer")
                .put("expires_in", seconds)
                .put("ext_expires_in", seconds)
                .put("access_token", tokens.issue(tenant, principal, audience, Duration.ofSeconds(seconds)));
        answer(context, 200, answer);
    }

    /** From the form (client_secret_post) or the Authorization header (client_secret_basic); both are documented. */
    private static Credentials credentials(RoutingContext context) {
        MultiMap form = context.request().formAttributes();
        String header = context.request().getHeader("authorization");
        if (header != null && header.regionMatches(true, 0, "Basic ", 0, 6)) {
            try {
                String pair = new String(
                        Base64.getDecoder().decode(header.substring(6).trim()), StandardCharsets.UTF_8);
                int colon = pair.indexOf(':');
                if (colon > 0) {
                    return new Credentials(unescaped(pair.substring(0, colon)), unescaped(pair.substring(colon + 1)));
                }
            } catch (IllegalArgumentException malformed) {
                return new Credentials(form.get("client_id"), null);
            }
        }
        return new Credentials(form.get("client_id"), form.get("client_secret"));
    }

    /** RFC 6749 2.3.1 wants both parts form-encoded; clients that do not encode send them as they are. */
    private static String unescaped(String part) {
        return part.contains("%") ? URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8) : part;
    }

    private void metadata(RoutingContext context) {
        String tenant = context.pathParam("tenant");
        if (!directory.hasTenant(tenant)) {
            refuse(context, EntraError.TENANT_NOT_FOUND, tenant);
            return;
        }
        String base = "https://" + names.login() + "/" + tenant;
        answer(
                context,
                200,
                new JsonObject()
                        .put("issuer", tokens.issuer(tenant))
                        .put("authorization_endpoint", base + "/oauth2/v2.0/authorize")
                        .put("token_endpoint", base + "/oauth2/v2.0/token")
                        .put(
                                "token_endpoint_auth_methods_supported",
                                new JsonArray().add("client_secret_post").add("client_secret_basic"))
                        .put("jwks_uri", base + "/discovery/v2.0/keys")
                        .put("response_types_supported", new JsonArray().add("token"))
                        .put("subject_types_supported", new JsonArray().add("pairwise"))
                        .put("id_token_signing_alg_values_supported", new JsonArray().add("RS256")));
    }

    private void keys(RoutingContext context) {
        answer(context, 200, tokens.keySet(context.pathParam("tenant")));
    }

    private Optional<ServicePrincipal> refuse(RoutingContext context, EntraError error, Object... values) {
        answer(context, error.status(), error.body(clock.instant(), names.login(), values));
        return Optional.empty();
    }

    private static void answer(RoutingContext context, int status, JsonObject body) {
        context.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json; charset=utf-8")
                .putHeader("cache-control", "no-store, no-cache")
                .end(body.toBuffer());
    }
}
