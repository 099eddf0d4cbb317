package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.Names;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.http.VirtualHosts;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.HttpException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service API 2021-10-01: enrollment groups and registration states, with documented paging and errors. */
public final class DpsServiceApi {
    static final String API_VERSION = "2021-10-01";

    private static final long MAX_BODY_BYTES = 96 * 1024;
    private static final Logger LOG = LoggerFactory.getLogger(DpsServiceApi.class);

    private final Vertx vertx;
    private final Function<String, Optional<ProvisioningService>> byHost;
    private final DpsAuthorization authorization;
    private final Quotas quotas;
    private final Clock clock;
    private final EnrollmentGroupJson groupJson = new EnrollmentGroupJson(new SecureRandom());

    /** @param byHost the service of a host name without port, in lower case */
    public DpsServiceApi(
            Vertx vertx,
            Function<String, Optional<ProvisioningService>> byHost,
            AccessTokens tokens,
            Quotas quotas,
            Names names,
            Clock clock) {
        this.vertx = vertx;
        this.byHost = byHost;
        this.authorization = new DpsAuthorization(tokens, names, clock);
        this.quotas = quotas;
        this.clock = clock;
    }

    /** The routes of the API; the caller sends only requests for provisioning hosts here. */
    public Router router() {
        Router router = Router.router(vertx);
        router.route().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES));
        router.post("/enrollmentGroups/query").handler(with(this::queryGroups));
        router.get("/enrollmentGroups/:id").handler(with(this::getGroup));
        router.put("/enrollmentGroups/:id").handler(with(this::putGroup));
        router.delete("/enrollmentGroups/:id").handler(with(this::deleteGroup));
        router.post("/enrollmentGroups/:id/attestationmechanism").handler(with(this::attestation));
        router.post("/registrations/:id/query").handler(with(this::queryRegistrations));
        router.get("/registrations/:id").handler(with(this::getRegistration));
        router.delete("/registrations/:id").handler(with(this::deleteRegistration));
        router.route().failureHandler(this::failed);
        return router;
    }

    /** Finds the service, then checks caller, quota and api-version, in that order. */
    private Handler<RoutingContext> with(BiConsumer<RoutingContext, ProvisioningService> operation) {
        return context -> {
            String host = VirtualHosts.hostOf(context.request());
            Optional<ProvisioningService> service = byHost.apply(host);
            if (service.isEmpty()) {
                context.response().setStatusCode(404).end();
                return;
            }
            authorization.require(service.get(), host, context.request().getHeader("Authorization"));
            OptionalLong wait = quotas.tryAcquire(
                    AzureLimit.DPS_SERVICE_OPERATIONS, service.get().idScope());
            if (wait.isPresent()) {
                context.response().putHeader("Retry-After", Long.toString(wait.getAsLong()));
                throw new ProvisioningException(ProvisioningError.THROTTLED);
            }
            if (!List.of(API_VERSION).equals(context.queryParam("api-version"))) {
                throw new ProvisioningException(
                        ProvisioningError.BAD_REQUEST,
                        "ErrorCode:ArgumentInvalid;Unknown api version; uri: "
                                + context.request().path());
            }
            operation.accept(context, service.get());
        };
    }

    private void queryGroups(RoutingContext context, ProvisioningService service) {
        // The text of the query changes nothing, as documented by the field; it must still be there.
        if (!(body(context).getValue("query") instanceof String)) {
            throw new ProvisioningException(ProvisioningError.BAD_REQUEST, "query must be a string.");
        }
        DpsPaging paging = DpsPaging.of(context.request());
        Page<EnrollmentGroup> page = service.groups(paging.after(), paging.max());
        JsonArray items = new JsonArray();
        page.items().forEach(group -> items.add(EnrollmentGroupJson.masked(group)));
        paging.describe(context.response(), page.continuation(), "enrollmentGroup");
        json(context, items.encode());
    }

    private void getGroup(RoutingContext context, ProvisioningService service) {
        json(context, EnrollmentGroupJson.masked(group(context, service)).encode());
    }

    private void attestation(RoutingContext context, ProvisioningService service) {
        json(context, EnrollmentGroupJson.attestation(group(context, service)).encode());
    }

    private void putGroup(RoutingContext context, ProvisioningService service) {
        String id = context.pathParam("id");
        EnrollmentGroup before = service.group(id).orElse(null);
        List<String> hubs =
                service.linkedHubs().stream().map(hub -> hub.hostName()).toList();
        EnrollmentGroup stored = service.put(
                groupJson.read(id, body(context), before, hubs),
                context.request().getHeader("If-Match"));
        json(context, EnrollmentGroupJson.masked(stored).encode());
    }

    private void deleteGroup(RoutingContext context, ProvisioningService service) {
        service.delete(context.pathParam("id"), context.request().getHeader("If-Match"));
        context.response().setStatusCode(204).end();
    }

    private void queryRegistrations(RoutingContext context, ProvisioningService service) {
        DpsPaging paging = DpsPaging.of(context.request());
        Page<Registration> page = service.registrations(context.pathParam("id"), paging.after(), paging.max());
        Instant now = clock.instant();
        JsonArray items = new JsonArray();
        page.items().forEach(registration -> items.add(RegistrationJson.state(registration, now)));
        paging.describe(context.response(), page.continuation(), "deviceRegistration");
        json(context, items.encode());
    }

    private void getRegistration(RoutingContext context, ProvisioningService service) {
        Registration registration = service.registration(context.pathParam("id"))
                .orElseThrow(() -> new ProvisioningException(ProvisioningError.REGISTRATION_NOT_FOUND));
        json(context, RegistrationJson.state(registration, clock.instant()).encode());
    }

    private void deleteRegistration(RoutingContext context, ProvisioningService service) {
        service.deleteRegistration(context.pathParam("id"), context.request().getHeader("If-Match"));
        context.response().setStatusCode(204).end();
    }

    private static EnrollmentGroup group(RoutingContext context, ProvisioningService service) {
        return service.group(context.pathParam("id"))
                .orElseThrow(() -> new ProvisioningException(ProvisioningError.ENROLLMENT_NOT_FOUND));
    }

    private static JsonObject body(RoutingContext context) {
        try {
            JsonObject body = context.body().asJsonObject();
            if (body != null) {
                return body;
            }
        } catch (DecodeException | ClassCastException malformed) {
            LOG.debug("Malformed body: {}", malformed.toString());
        }
        throw new ProvisioningException(ProvisioningError.BAD_REQUEST, "The body must be a JSON object.");
    }

    private static void json(RoutingContext context, String body) {
        context.response()
                .putHeader("content-type", "application/json; charset=utf-8")
                .end(body);
    }

    private void failed(RoutingContext context) {
        ProvisioningException refusal = refusal(context);
        HttpServerResponse response = context.response();
        if (response.ended()) {
            return;
        }
        int status = refusal.error() == ProvisioningError.BAD_REQUEST && context.statusCode() == 413
                ? 413
                : refusal.error().httpStatus();
        response.setStatusCode(status)
                .putHeader("x-ms-error-code", Integer.toString(refusal.error().code()));
        json(context, DpsErrorBody.of(refusal, clock.instant()).encode());
    }

    private static ProvisioningException refusal(RoutingContext context) {
        if (context.failure() instanceof ProvisioningException refused) {
            return refused;
        }
        if (context.failure() instanceof HttpException || context.statusCode() == 413) {
            return new ProvisioningException(ProvisioningError.BAD_REQUEST);
        }
        LOG.error("A DPS service request failed", context.failure());
        return new ProvisioningException(ProvisioningError.INTERNAL);
    }
}
