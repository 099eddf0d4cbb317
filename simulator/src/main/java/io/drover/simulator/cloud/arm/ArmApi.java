package io.drover.simulator.cloud.arm;

import io.drover.simulator.cloud.Names;
import io.drover.simulator.cloud.dps.ProvisioningService;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.entra.Caller;
import io.drover.simulator.cloud.entra.ServicePrincipal;
import io.drover.simulator.cloud.hub.Hub;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The emulated Azure Resource Manager: subscriptions, IoT Central applications, provisioning services, hubs, their keys and
 * certificates. Resources themselves are read-only. Every call needs a token for {@link Names#resourceManagerAudience()}. Runs on the event loop of the request.
 */
public final class ArmApi {
    private static final String SUBSCRIPTIONS_VERSION = "2021-04-01";
    private static final String SKIP_TOKEN = "$skiptoken";

    private final Router router;
    private final Resources resources;
    private final AccessTokens tokens;
    private final Names names;
    private final int pageSize;

    /**
     * @param hubs an emulated hub by its host name
     * @param provisioning a provisioning service by its service host
     */
    public ArmApi(
            Vertx vertx,
            Resources resources,
            Function<String, Optional<Hub>> hubs,
            Function<String, Optional<ProvisioningService>> provisioning,
            AccessTokens tokens,
            Names names,
            int pageSize) {
        this.resources = resources;
        this.tokens = tokens;
        this.names = names;
        this.pageSize = pageSize;
        this.router = Router.router(vertx);
        router.route().handler(this::authenticate);
        router.getWithRegex("(?i)/subscriptions").setName("subscriptions").handler(this::subscriptions);
        for (Resource.Type type : Resource.Type.values()) {
            route(type);
        }
        new NameAvailability(this, resources).mount(router);
        Function<Resource, Optional<Hub>> byResource = resource -> hubs.apply(names.hub(resource.name()));
        new HubDetails(this, byResource).mount(router);
        new HubConsumerGroups(this, byResource).mount(router);
        new ArmCertificates(
                        this,
                        Resource.Type.IOT_HUB,
                        hub -> byResource.apply(hub).map(Hub::authorities))
                .mount(router);
        new ArmCertificates(
                        this,
                        Resource.Type.PROVISIONING_SERVICE,
                        service -> provisioning
                                .apply(names.provisioning(service.name()))
                                .map(ProvisioningService::authorities))
                .mount(router);
        new Permissions(this).mount(router);
        router.route().failureHandler(context -> {
            if (context.statusCode() == 500) {
                context.next();
            } else {
                ArmError.BAD_REQUEST.answer(context, "The request cannot be read.");
            }
        });
        router.route()
                .handler(context -> ArmError.NOT_FOUND.answer(
                        context, "No emulated resource at '" + context.request().path() + "'."));
    }

    public Router router() {
        return router;
    }

    /** The path of a type's resources: not case-sensitive, and without the resource group in lists of a whole subscription. */
    static String collection(Resource.Type type) {
        return "(?i)/subscriptions/(?<subscription>[^/]+)(?:/resourceGroups/(?<group>[^/]+))?/providers/"
                + type.provider().replace(".", "\\.") + "/" + type.collection();
    }

    private void route(Resource.Type type) {
        String collection = collection(type);
        router.getWithRegex(collection).setName(type.collection()).handler(context -> list(context, type));
        router.getWithRegex(collection + "/(?<name>[^/]+)")
                .setName(type.collection() + "/get")
                .handler(context -> get(context, type));
        if (type.keysSegment() != null) {
            router.postWithRegex(collection + "/(?<name>[^/]+)/listkeys")
                    .setName(type.collection() + "/listkeys")
                    .handler(context -> listKeys(context, type));
            router.postWithRegex(collection + "/(?<name>[^/]+)/" + type.keysSegment() + "/(?<key>[^/]+)/listkeys")
                    .setName(type.collection() + "/key/listkeys")
                    .handler(context -> key(context, type));
        }
    }

    private void authenticate(RoutingContext context) {
        String header = context.request().getHeader("authorization");
        Optional<Caller> caller = tokens.verify(header, names.resourceManagerAudience());
        if (caller.isPresent()) {
            context.put("caller", caller.get());
            context.next();
            return;
        }
        context.response()
                .putHeader(
                        "www-authenticate",
                        "Bearer authorization_uri=\"https://" + names.login() + "/common\", error=\"invalid_token\","
                                + " error_description=\"The access token is missing, invalid or expired.\"");
        if (header == null) {
            ArmError.AUTHENTICATION_FAILED.answer(
                    context, "Authentication failed. The 'Authorization' header is missing.");
        } else {
            ArmError.INVALID_TOKEN.answer(
                    context,
                    "The access token is invalid, expired, or was not issued for '" + names.resourceManagerAudience()
                            + "'.");
        }
    }

    private void subscriptions(RoutingContext context) {
        if (versionGiven(context, SUBSCRIPTIONS_VERSION)) {
            // A caller without any role sees an empty list rather than a refusal.
            boolean sees = caller(context).has(ServicePrincipal.ARM_READER);
            List<JsonObject> items = sees
                    ? resources.subscriptions().stream()
                            .map(Subscription::toJson)
                            .toList()
                    : List.of();
            page(context, items);
        }
    }

    private void list(RoutingContext context, Resource.Type type) {
        if (allowed(context, type, ServicePrincipal.ARM_READER, "/read")) {
            List<JsonObject> items =
                    resources.list(type, context.pathParam("subscription"), context.pathParam("group")).stream()
                            .map(Resource::toJson)
                            .toList();
            page(context, items);
        }
    }

    private void get(RoutingContext context, Resource.Type type) {
        if (allowed(context, type, ServicePrincipal.ARM_READER, "/read")) {
            found(context, type).ifPresent(resource -> answer(context, resource.toJson()));
        }
    }

    private void listKeys(RoutingContext context, Resource.Type type) {
        if (allowed(context, type, ServicePrincipal.ARM_LISTKEYS, "/listkeys/action")) {
            found(context, type)
                    .ifPresent(resource -> page(
                            context,
                            resource.policies().get().stream()
                                    .map(ArmApi::keyJson)
                                    .toList()));
        }
    }

    private void key(RoutingContext context, Resource.Type type) {
        if (allowed(context, type, ServicePrincipal.ARM_LISTKEYS, "/listkeys/action")) {
            String keyName = context.pathParam("key");
            found(context, type)
                    .ifPresent(resource -> resource.policies().get().stream()
                            .filter(policy -> policy.keyName().equals(keyName))
                            .findFirst()
                            .ifPresentOrElse(
                                    policy -> answer(context, keyJson(policy)),
                                    () -> ArmError.deviceNotFound(context, "Key '" + keyName + "' not found.")));
        }
    }

    /** Whether the call names the right version and a known subscription and its caller has the role; else it is refused. */
    boolean allowed(RoutingContext context, Resource.Type type, String role, String action) {
        return allowed(context, type.apiVersion(), role, type.fullName() + action);
    }

    /** As {@link #allowed(RoutingContext, Resource.Type, String, String)}, for an action of another provider on the resource. */
    boolean allowed(RoutingContext context, String apiVersion, String role, String action) {
        if (!versionGiven(context, apiVersion)) {
            return false;
        }
        String subscriptionId = context.pathParam("subscription");
        if (resources.subscription(subscriptionId).isEmpty()) {
            ArmError.SUBSCRIPTION_NOT_FOUND.answer(
                    context, "The subscription '" + subscriptionId + "' could not be found.");
            return false;
        }
        Caller caller = caller(context);
        if (!caller.has(role)) {
            ArmError.AUTHORIZATION_FAILED.answer(
                    context,
                    "The client '" + caller.clientId() + "' with object id '" + caller.clientId()
                            + "' does not have authorization to perform action '" + action
                            + "' over scope '/subscriptions/" + subscriptionId
                            + "' or the scope is invalid. If access was recently granted, please refresh your credentials.");
            return false;
        }
        return true;
    }

    /** The resource the path names; empty when the call was refused. */
    Optional<Resource> found(RoutingContext context, Resource.Type type) {
        String group = context.pathParam("group");
        String name = context.pathParam("name");
        Optional<Resource> resource = resources.find(type, context.pathParam("subscription"), group, name);
        if (resource.isEmpty()) {
            ArmError.RESOURCE_NOT_FOUND.answer(
                    context,
                    "The Resource '" + type.fullName() + "/" + name + "' under resource group '" + group
                            + "' was not found.");
        }
        return resource;
    }

    private static boolean versionGiven(RoutingContext context, String supported) {
        String version = context.request().getParam("api-version");
        if (version == null || version.isEmpty()) {
            ArmError.MISSING_API_VERSION.answer(
                    context, "The api-version query parameter (?api-version=) is required for all requests.");
            return false;
        }
        if (!version.equals(supported)) {
            ArmError.INVALID_API_VERSION.answer(
                    context,
                    "The api-version '" + version + "' is invalid. The emulator supports '" + supported + "'.");
            return false;
        }
        return true;
    }

    /** One page of the items; the next link carries where to go on. */
    void page(RoutingContext context, List<JsonObject> items) {
        int from = skip(context.request().getParam(SKIP_TOKEN), items.size());
        int to = Math.min(items.size(), from + pageSize);
        JsonObject body = new JsonObject().put("value", new JsonArray(items.subList(from, to)));
        if (to < items.size()) {
            body.put(
                    "nextLink",
                    "https://" + names.resourceManager() + context.request().path() + "?api-version="
                            + context.request().getParam("api-version") + "&%24skiptoken=" + to);
        }
        answer(context, body);
    }

    private static int skip(String token, int size) {
        if (token == null || !token.matches("\\d{1,9}")) {
            return 0;
        }
        return Math.min(size, Integer.parseInt(token));
    }

    private static JsonObject keyJson(AccessPolicy policy) {
        return new JsonObject()
                .put("keyName", policy.keyName())
                .put("primaryKey", policy.primaryKey())
                .put("secondaryKey", policy.secondaryKey())
                .put("rights", policy.rights());
    }

    static Caller caller(RoutingContext context) {
        return context.get("caller");
    }

    static void answer(RoutingContext context, JsonObject body) {
        context.response()
                .putHeader("content-type", "application/json; charset=utf-8")
                .end(body.toBuffer());
    }
}
