package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.Names;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.http.VirtualHosts;
import io.drover.simulator.cloud.hub.query.QuerySyntaxException;
import io.drover.simulator.cloud.hub.query.QueryTooLongException;
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
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * The hub's service API 2021-04-12: who may call what, how often, and how a failure is answered. The operations
 * themselves are in classes named {@code …Operations}.
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
    private final QueryOperations queries;
    private final TwinOperations twins;
    private final BulkOperations bulk;
    private final MessageOperations messages;
    private final JobOperations jobs;

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
        this.registry = new RegistryOperations(vertx, responses, clock);
        this.queries = new QueryOperations(vertx, responses, clock);
        this.twins = new TwinOperations(responses, clock);
        this.bulk = new BulkOperations(responses, twins, clock);
        this.messages = new MessageOperations(responses, clock);
        this.jobs = new JobOperations(responses, new JobRunner(vertx, quotas, twins, clock), clock);
    }

    /** A router for all hubs; the hub is told by the Host header. */
    public Router router() {
        Router router = Router.router(vertx);
        router.route().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY));
        registryRoutes(router);
        deviceRoutes(router);
        feedbackRoutes(router);
        router.route().failureHandler(this::failed);
        router.errorHandler(
                400, request -> responses.error(request, HubError.ARGUMENT_INVALID, "The URL is malformed."));
        router.errorHandler(404, request -> responses.error(request, HubError.NOT_FOUND, "No such resource."));
        router.errorHandler(
                405, request -> responses.error(request, HubError.METHOD_NOT_ALLOWED, "Not supported here."));
        return router;
    }

    private void registryRoutes(Router router) {
        AzureLimit identity = AzureLimit.HUB_IDENTITY_OPERATIONS;
        HubPermission read = HubPermission.DEVICES_READ;
        HubPermission write = HubPermission.DEVICES_WRITE;
        HubPermission delete = HubPermission.DEVICES_DELETE;
        add(router, HttpMethod.POST, "/devices/query", read, AzureLimit.HUB_QUERIES, queries::query);
        router.route(HttpMethod.POST, "/devices").handler(this::bulk);
        add(router, HttpMethod.GET, "/devices", read, identity, registry::list);
        for (String path : List.of("/devices/:id", "/devices/:id/modules/:mid")) {
            add(router, HttpMethod.GET, path, read, identity, registry::get);
            add(router, HttpMethod.PUT, path, write, identity, registry::put);
            add(router, HttpMethod.DELETE, path, delete, identity, registry::delete);
        }
        add(router, HttpMethod.GET, "/devices/:id/modules", read, identity, registry::modules);
        add(
                router,
                HttpMethod.DELETE,
                "/devices/:id/commands",
                HubPermission.MESSAGES,
                AzureLimit.HUB_CLOUD_TO_DEVICE,
                messages::purge);
        add(
                router,
                HttpMethod.GET,
                "/statistics/devices",
                HubPermission.REGISTRY_STATISTICS,
                identity,
                registry::statistics);
        add(
                router,
                HttpMethod.GET,
                "/statistics/service",
                HubPermission.SERVICE_STATISTICS,
                identity,
                registry::service);
    }

    private void deviceRoutes(Router router) {
        HubPermission read = HubPermission.TWINS_READ;
        HubPermission write = HubPermission.TWINS_WRITE;
        for (String path : List.of("/twins/:id", "/twins/:id/modules/:mid")) {
            add(router, HttpMethod.GET, path, read, AzureLimit.HUB_TWIN_READS, twins::get);
            add(router, HttpMethod.PATCH, path, write, AzureLimit.HUB_TWIN_UPDATES, twins::patch);
            add(router, HttpMethod.PUT, path, write, AzureLimit.HUB_TWIN_UPDATES, twins::put);
            // Java's HTTP client has no PATCH; Microsoft's service client asks for it in a header.
            router.route(HttpMethod.POST, path).handler(request -> {
                if ("PATCH".equals(request.request().getHeader("X-HTTP-Method-Override"))) {
                    serve(request, write, AzureLimit.HUB_TWIN_UPDATES, 1, twins::patch);
                } else {
                    responses.error(request, HubError.METHOD_NOT_ALLOWED, "Not supported here.");
                }
            });
            add(
                    router,
                    HttpMethod.POST,
                    path + "/methods",
                    HubPermission.DIRECT_METHODS,
                    AzureLimit.HUB_DIRECT_METHODS,
                    twins::invoke);
        }
        AzureLimit limit = AzureLimit.HUB_JOB_OPERATIONS;
        add(router, HttpMethod.GET, "/jobs/v2/query", HubPermission.JOBS, limit, jobs::query);
        add(router, HttpMethod.PUT, "/jobs/v2/:id", HubPermission.JOBS, limit, jobs::create);
        add(router, HttpMethod.GET, "/jobs/v2/:id", HubPermission.JOBS, limit, jobs::get);
        add(router, HttpMethod.POST, "/jobs/v2/:id/cancel", HubPermission.JOBS, limit, jobs::cancel);
    }

    private void feedbackRoutes(Router router) {
        String path = "/messages/serviceBound/feedback";
        String one = path + "/:lockToken";
        HubPermission permission = HubPermission.MESSAGES;
        AzureLimit limit = AzureLimit.HUB_CLOUD_TO_DEVICE;
        add(router, HttpMethod.GET, path, permission, limit, messages::receiveFeedback);
        add(router, HttpMethod.DELETE, one, permission, limit, messages::completeFeedback);
        add(router, HttpMethod.POST, one + "/abandon", permission, limit, messages::abandonFeedback);
    }

    private void add(
            Router router,
            HttpMethod method,
            String path,
            HubPermission permission,
            AzureLimit limit,
            BiConsumer<Hub, RoutingContext> operation) {
        router.route(method, path).handler(request -> serve(request, permission, limit, 1, operation));
    }

    /** Bulk operations need both permissions, and count every device. */
    private void bulk(RoutingContext request) {
        Optional<HubException> refusal = byHost.apply(VirtualHosts.hostOf(request.request()))
                .flatMap(hub -> access.refusal(authorization(request), hub, HubPermission.DEVICES_DELETE));
        if (refusal.isPresent()) {
            responses.error(request, refusal.get().error(), refusal.get().getMessage());
            return;
        }
        serve(
                request,
                HubPermission.DEVICES_WRITE,
                AzureLimit.HUB_IDENTITY_OPERATIONS,
                BulkOperations.items(request),
                bulk::run);
    }

    private static String authorization(RoutingContext request) {
        return request.request().getHeader("Authorization");
    }

    private void serve(
            RoutingContext request,
            HubPermission permission,
            AzureLimit limit,
            int count,
            BiConsumer<Hub, RoutingContext> operation) {
        Optional<Hub> hub = byHost.apply(VirtualHosts.hostOf(request.request()));
        if (hub.isEmpty()) {
            responses.error(request, HubError.NOT_FOUND, "No hub has this host name.");
            return;
        }
        Optional<HubException> refusal = access.refusal(authorization(request), hub.get(), permission);
        if (refusal.isPresent()) {
            responses.error(request, refusal.get().error(), refusal.get().getMessage());
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
        Quotas.Admission admission = quotas.shape(limit, hub.get().name(), count);
        if (admission.retryAfter().isPresent()) {
            responses.throttled(request, admission.retryAfter().getAsLong(), operationType(limit));
        } else if (admission.delay().isZero()) {
            operation.accept(hub.get(), request);
        } else {
            vertx.setTimer(Math.max(1, admission.delay().toMillis()), due -> {
                try {
                    operation.accept(hub.get(), request);
                } catch (RuntimeException failure) {
                    request.fail(failure);
                }
            });
        }
    }

    private static String operationType(AzureLimit limit) {
        return switch (limit) {
            case HUB_QUERIES -> "Query";
            case HUB_DIRECT_METHODS -> "DirectMethods";
            case HUB_TWIN_READS -> "TwinReads";
            case HUB_TWIN_UPDATES -> "TwinUpdates";
            case HUB_CLOUD_TO_DEVICE -> "C2D";
            case HUB_JOB_OPERATIONS -> "Jobs";
            default -> "CRUD";
        };
    }

    private void failed(RoutingContext request) {
        Throwable failure = request.failure();
        if (failure instanceof HubException refused) {
            responses.error(request, refused.error(), refused.getMessage());
        } else if (failure instanceof QuerySyntaxException fault) {
            responses.error(request, HubError.ARGUMENT_INVALID, fault.getMessage());
        } else if (failure instanceof QueryTooLongException tooLong) {
            responses.error(request, HubError.PRECONDITION_FAILED, tooLong.getMessage());
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

    /** The identity named in the path as {@code deviceId} or {@code deviceId/moduleId}, percent-decoded. */
    static String clientIdOf(RoutingContext request) {
        String moduleId = request.pathParam("mid");
        return moduleId == null ? request.pathParam("id") : request.pathParam("id") + "/" + moduleId;
    }

    /** The identity named in the path. Fails with DEVICE_NOT_FOUND or MODULE_NOT_FOUND. */
    static HubDevice identityOf(Hub hub, RoutingContext request) {
        String clientId = clientIdOf(request);
        return hub.identity(clientId).orElseThrow(() -> Hub.notFound(clientId));
    }

    /** Fails with PRECONDITION_FAILED unless If-Match is absent, {@code *} or the etag, quoted or not. */
    static void checkMatch(RoutingContext request, String etag) {
        String wanted = request.request().getHeader("If-Match");
        if (wanted != null && !matches(wanted, etag)) {
            throw new HubException(HubError.PRECONDITION_FAILED, "The etag does not match.");
        }
    }

    static boolean matches(String wanted, String etag) {
        return wanted.equals("*") || wanted.replace("\"", "").equals(etag);
    }
}
