package io.drover.simulator.cloud.entra;

import io.drover.simulator.cloud.Names;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The identity endpoint of a virtual machine ("How to use managed identities to acquire an access token"), over plain HTTP like the real
 * one; clients are pointed at it, as 169.254.169.254 cannot be had. All values of an answer are texts.
 */
public final class ManagedIdentityApi {
    private static final String PATH = "/metadata/identity/oauth2/token";
    private static final String API_VERSION = "2018-02-01";
    private static final Duration LIFETIME = Duration.ofHours(24);

    private final Directory directory;
    private final AccessTokens tokens;
    private final Names names;
    private final Clock clock;

    public ManagedIdentityApi(Directory directory, AccessTokens tokens, Names names, Clock clock) {
        this.directory = directory;
        this.tokens = tokens;
        this.names = names;
        this.clock = clock;
    }

    /** Adds the route. */
    public void mount(Router router) {
        router.get(PATH).handler(this::token);
    }

    private record Identity(String tenant, ServicePrincipal principal) {}

    private void token(RoutingContext context) {
        if (!"true".equalsIgnoreCase(context.request().getHeader("metadata"))) {
            refuse(context, "bad_request_102", "Required metadata header not specified");
            return;
        }
        String version = context.request().getParam("api-version");
        String resource = context.request().getParam("resource");
        if (!API_VERSION.equals(version) || resource == null) {
            refuse(
                    context,
                    "invalid_request",
                    "The parameters api-version=" + API_VERSION + " and resource are needed.");
            return;
        }
        Optional<Identity> identity = identity(context);
        if (identity.isEmpty()) {
            refuse(context, "invalid_request", "Identity not found");
            return;
        }
        String tenant = identity.get().tenant();
        try {
            TokenResource asked = TokenResource.ofResource(resource, tenant, directory, names);
            long now = clock.instant().getEpochSecond();
            String seconds = Long.toString(LIFETIME.toSeconds());
            answer(
                    context,
                    200,
                    new JsonObject()
                            .put(
                                    "access_token",
                                    tokens.issue(tenant, identity.get().principal(), asked, true, LIFETIME))
                            .put("refresh_token", "")
                            .put("client_id", identity.get().principal().clientId())
                            .put("expires_in", seconds)
                            .put("expires_on", Long.toString(now + LIFETIME.toSeconds()))
                            .put("not_before", Long.toString(now))
                            .put("resource", resource)
                            .put("token_type", "Bearer"));
        } catch (EntraException unknown) {
            refuse(
                    context,
                    "invalid_resource",
                    "AADSTS" + unknown.error().code() + ": " + unknown.error().text(unknown.values()));
        }
    }

    /** The identity asked for by client or object id; without either, the only one there is. */
    private Optional<Identity> identity(RoutingContext context) {
        String clientId = context.request().getParam("client_id");
        String objectId = context.request().getParam("object_id");
        List<Identity> found = directory.tenantIds().stream()
                .flatMap(tenant -> directory.managedIdentities(tenant).map(one -> new Identity(tenant, one)))
                .filter(one -> clientId == null || one.principal().clientId().equals(clientId))
                .filter(one -> objectId == null || one.principal().objectId().equals(objectId))
                .toList();
        return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
    }

    private static void refuse(RoutingContext context, String error, String description) {
        answer(context, 400, new JsonObject().put("error", error).put("error_description", description));
    }

    private static void answer(RoutingContext context, int status, JsonObject body) {
        context.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json; charset=utf-8")
                .end(body.toBuffer());
    }
}
