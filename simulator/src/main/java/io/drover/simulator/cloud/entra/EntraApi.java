package io.drover.simulator.cloud.entra;

import io.drover.simulator.cloud.Names;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;

/**
 * The emulated Entra: tokens for applications and users, OpenID metadata and the key set, following
 * "Microsoft identity platform and the OAuth 2.0 client credentials flow" and "… authorization code flow". Runs on the event loop of the request.
 */
public final class EntraApi {
    private static final int BODY_LIMIT = 64 * 1024;

    private final Router router;
    private final Directory directory;
    private final AccessTokens tokens;
    private final Names names;
    private final Clock clock;
    private final TokenEndpoint endpoint;
    private final AuthorizeEndpoint users;

    public EntraApi(
            Vertx vertx, Directory directory, AccessTokens tokens, Names names, Clock clock, RandomGenerator random) {
        this.directory = directory;
        this.tokens = tokens;
        this.names = names;
        this.clock = clock;
        Grants grants = new Grants(clock, random);
        ClientAuthentication clients = new ClientAuthentication(directory, clock);
        this.endpoint = new TokenEndpoint(directory, tokens, grants, clients, names, random);
        this.users = new AuthorizeEndpoint(directory, grants, new SignedInBrowsers(random), names);
        this.router = Router.router(vertx);
        router.post("/:tenant/oauth2/v2.0/token")
                .handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT))
                .handler(context -> token(context, false));
        router.post("/:tenant/oauth2/token")
                .handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT))
                .handler(context -> token(context, true));
        router.get("/:tenant/oauth2/v2.0/authorize").handler(context -> page(context, users::answer));
        router.post("/:tenant/oauth2/v2.0/authorize")
                .handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT))
                .handler(context -> page(context, users::answer));
        for (String logout : List.of("/:tenant/oauth2/v2.0/logout", "/:tenant/oauth2/logout")) {
            router.get(logout).handler(context -> page(context, users::signOut));
            router.post(logout).handler(context -> page(context, users::signOut));
        }
        router.get("/:tenant/v2.0/.well-known/openid-configuration").handler(context -> metadata(context, false));
        router.get("/:tenant/.well-known/openid-configuration").handler(context -> metadata(context, true));
        router.get("/:tenant/discovery/v2.0/keys").handler(this::keys);
        router.get("/:tenant/discovery/keys").handler(this::keys);
        router.errorHandler(400, context -> refuse(context, new EntraException(EntraError.MALFORMED)));
    }

    public Router router() {
        return router;
    }

    private void token(RoutingContext context, boolean v1) {
        String tenant = context.pathParam("tenant");
        try {
            requireTenant(tenant);
            answer(context, 200, endpoint.answer(context, tenant, v1));
        } catch (EntraException refused) {
            refuse(context, refused);
        }
    }

    private void page(RoutingContext context, BiConsumer<RoutingContext, String> answer) {
        String tenant = context.pathParam("tenant");
        try {
            requireTenant(tenant);
            answer.accept(context, tenant);
        } catch (EntraException refused) {
            SignInPage.refusal(context, refused);
        }
    }

    private void requireTenant(String tenant) {
        if (!directory.hasTenant(tenant)) {
            throw new EntraException(EntraError.TENANT_NOT_FOUND, tenant);
        }
    }

    /** The two versions differ in the issuer of their tokens and in their endpoints. */
    private void metadata(RoutingContext context, boolean v1) {
        String tenant = context.pathParam("tenant");
        if (!directory.hasTenant(tenant)) {
            refuse(context, new EntraException(EntraError.TENANT_NOT_FOUND, tenant));
            return;
        }
        String version = v1 ? "" : "/v2.0";
        String base = "https://" + names.login() + "/" + tenant;
        answer(
                context,
                200,
                new JsonObject()
                        .put("issuer", v1 ? tokens.issuer(tenant) : tokens.issuerV2(tenant))
                        .put("authorization_endpoint", base + "/oauth2" + version + "/authorize")
                        .put("token_endpoint", base + "/oauth2" + version + "/token")
                        .put(
                                "token_endpoint_auth_methods_supported",
                                new JsonArray()
                                        .add("client_secret_post")
                                        .add("private_key_jwt")
                                        .add("client_secret_basic"))
                        .put("end_session_endpoint", base + "/oauth2" + version + "/logout")
                        .put("jwks_uri", base + "/discovery" + version + "/keys")
                        .put("response_types_supported", new JsonArray().add("code"))
                        .put("response_modes_supported", new JsonArray().add("query"))
                        .put(
                                "scopes_supported",
                                new JsonArray()
                                        .add("openid")
                                        .add("profile")
                                        .add("email")
                                        .add("offline_access"))
                        .put("subject_types_supported", new JsonArray().add("pairwise"))
                        .put("id_token_signing_alg_values_supported", new JsonArray().add("RS256")));
    }

    private void keys(RoutingContext context) {
        answer(context, 200, tokens.keySet(context.pathParam("tenant")));
    }

    private void refuse(RoutingContext context, EntraException refused) {
        answer(
                context,
                refused.error().status(),
                refused.error().body(clock.instant(), names.login(), refused.values()));
    }

    private static void answer(RoutingContext context, int status, JsonObject body) {
        context.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json; charset=utf-8")
                .putHeader("cache-control", "no-store, no-cache")
                .end(body.toBuffer());
    }
}
