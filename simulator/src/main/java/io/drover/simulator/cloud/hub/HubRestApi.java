package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.Names;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.http.VirtualHosts;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The hub's service API 2021-04-12: who may call what, how often, and how a failure is answered. The operations
 * themselves are in {@link RegistryOperations} and {@link TwinOperations}.
 */
public final class HubRestApi {
    private static final long MAX_BODY = 512 * 1024;
    private static final Pattern API_VERSION = Pattern.compile("\\d{4}-\\d{2}-\\d{2}(-preview)?");

    private final Vertx vertx;
    private final Function<String, Optional<Hub>> byHost;
    private final HubAccess access;
    private final Quotas quotas;
    private final HubResponses responses;
    private final RegistryOperations registry;
    private final TwinOperations twins;

    /** @param byHost finds a hub by its host name in lower case */
    public HubRestApi(
            Vertx vertx,
            Function<String, Optional<Hub>> byHost,
            AccessTokens tokens,
            Quotas quotas,
            Names names,
            Clock clock) {
        this.vertx = vertx;
        this.byHost = byHost;
        this.access = new HubAccess(tokens, names, clock);
        this.quotas = quotas;
        this.responses = new HubResponses(clock);
        this.registry = new RegistryOperations(vertx, responses);
        this.twins = new TwinOperations(responses, clock);
    }

    /** A router for all hubs; the hub is told by the Host header. */
    public Router router() {
        Router router = Router.router(vertx);
        router.route().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY));
        AzureLimit identity = AzureLimit.HUB_IDENTITY_OPERATIONS;
        add(
                router,
                HttpMethod.POST,
                "/devices/query",
                AccessRight.REGISTRY_READ,
                AzureLimit.HUB_QUERIES,
                registry::query);
        add(router, HttpMethod.GET, "/devices/:id", AccessRight.REGISTRY_READ, identity, registry::get);
        add(router, HttpMethod.PUT, "/devices/:id", AccessRight.REGISTRY_WRITE, identity, registry::put);
        add(router, HttpMethod.DELETE, "/devices/:id", AccessRight.REGISTRY_WRITE, identity, registry::delete);
        add(router, HttpMethod.GET, "/statistics/devices", AccessRight.REGISTRY_READ, identity, registry::statistics);
        add(router, HttpMethod.GET, "/statistics/service", AccessRight.SERVICE_CONNECT, identity, registry::service);
        AzureLimit twinReads = AzureLimit.HUB_TWIN_READS;
        add(router, HttpMethod.GET, "/twins/:id", AccessRight.SERVICE_CONNECT, twinReads, twins::get);
        add(router, HttpMethod.PATCH, "/twins/:id", AccessRight.SERVICE_CONNECT, twinReads, twins::patch);
        AzureLimit methods = AzureLimit.HUB_DIRECT_METHODS;
        add(router, HttpMethod.POST, "/twins/:id/methods", AccessRight.SERVICE_CONNECT, methods, twins::invoke);
        router.route().failureHandler(this::failed);
        router.errorHandler(
                400, request -> responses.error(request, HubError.ARGUMENT_INVALID, "The URL is malformed."));
        router.errorHandler(404, request -> responses.error(request, HubError.NOT_FOUND, "No such resource."));
        router.errorHandler(
                405, request -> responses.error(request, HubError.METHOD_NOT_ALLOWED, "Not supported here."));
        return router;
    }

    private void add(
            Router router,
            HttpMethod method,
            String path,
            AccessRight right,
            AzureLimit limit,
            BiConsumer<Hub, RoutingContext> operation) {
        router.route(method, path)
                .handler(request -> serve(request, right, limit, operation))
                .failureHandler(this::failed);
    }

    private void serve(
            RoutingContext request, AccessRight right, AzureLimit limit, BiConsumer<Hub, RoutingContext> operation) {
        Optional<Hub> hub = byHost.apply(VirtualHosts.hostOf(request.request()));
        if (hub.isEmpty()) {
            responses.error(request, HubError.NOT_FOUND, "No hub has this host name.");
            return;
        }
        Optional<HubError> refusal = access.refusal(request.request().getHeader("Authorization"), hub.get(), right);
        if (refusal.isPresent()) {
            responses.error(request, refusal.get(), "Unauthorized");
            return;
        }
        String version = request.request().getParam("api-version");
        if (version == null || !API_VERSION.matcher(version).matches()) {
            responses.error(
                    request,
                    HubError.ARGUMENT_INVALID,
                    "Unknown api version; uri: " + request.request().path());
            return;
        }
        OptionalLong wait = quotas.tryAcquire(limit, hub.get().name());
        if (wait.isPresent()) {
            responses.throttled(request, wait.getAsLong(), operationType(limit));
            return;
        }
        operation.accept(hub.get(), request);
    }

    private static String operationType(AzureLimit limit) {
        return switch (limit) {
            case HUB_QUERIES -> "Query";
            case HUB_DIRECT_METHODS -> "DirectMethods";
            case HUB_TWIN_READS -> "TwinReads";
            default -> "CRUD";
        };
    }

    private void failed(RoutingContext request) {
        Throwable failure = request.failure();
        if (failure instanceof HubException refused) {
            responses.error(request, refused.error(), refused.getMessage());
        } else if (failure instanceof DecodeException || failure instanceof ClassCastException) {
            responses.error(request, HubError.ARGUMENT_INVALID, "The body is not the JSON this operation takes.");
        } else if (request.statusCode() == 413) {
            responses.error(request, HubError.MESSAGE_TOO_LARGE, "The body is too large.");
        } else if (request.statusCode() >= 400 && request.statusCode() < 500) {
            responses.error(request, HubError.ARGUMENT_INVALID, "The request is malformed.");
        } else {
            responses.error(request, HubError.SERVER_ERROR, "The emulator failed; this is a defect.");
        }
    }

    /** The request's body as an object; anything else is ARGUMENT_INVALID. */
    static JsonObject objectOf(RoutingContext request) {
        JsonObject body = request.body().asJsonObject();
        if (body == null) {
            throw new HubException(HubError.ARGUMENT_INVALID, "The body must be a JSON object.");
        }
        return body;
    }

    /** The device named in the path, percent-decoded. Fails with DEVICE_NOT_FOUND. */
    static HubDevice deviceOf(Hub hub, RoutingContext request) {
        String deviceId = request.pathParam("id");
        return hub.device(deviceId)
                .orElseThrow(() ->
                        new HubException(HubError.DEVICE_NOT_FOUND, "Device " + deviceId + " is not registered."));
    }

    /** Fails with PRECONDITION_FAILED unless If-Match is absent, {@code *} or the etag, quoted or not. */
    static void checkMatch(RoutingContext request, String etag) {
        String wanted = request.request().getHeader("If-Match");
        if (wanted != null && !wanted.equals("*") && !wanted.replace("\"", "").equals(etag)) {
            throw new HubException(HubError.PRECONDITION_FAILED, "The etag does not match.");
        }
    }
}
