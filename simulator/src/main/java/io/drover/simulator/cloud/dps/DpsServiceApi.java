package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.Names;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.http.VirtualHosts;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
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
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The service API 2021-10-01: enrollments and registration states, with documented paging and errors. */
public final class DpsServiceApi {
    /** All have the shapes of the newest as far as the emulator goes; Microsoft's clients differ in what they name. */
    private static final Set<String> API_VERSIONS =
            Set.of("2018-09-01-preview", "2018-11-01", "2019-03-31", "2021-06-01", "2021-10-01");

    private static final long MAX_BODY_BYTES = 96 * 1024;
    private static final Logger LOG = LoggerFactory.getLogger(DpsServiceApi.class);

    private final Vertx vertx;
    private final Function<String, Optional<ProvisioningService>> byHost;
    private final DpsAuthorization authorization;
    private final Quotas quotas;
    private final Clock clock;
    private final EnrollmentResource<EnrollmentGroup> groups;
    private final EnrollmentResource<IndividualEnrollment> individuals;

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
        EnrollmentReader reader = new EnrollmentReader(new SecureRandom());
        this.groups = new EnrollmentResource<>(new GroupKind(reader));
        this.individuals = new EnrollmentResource<>(new IndividualKind(reader, clock));
    }

    /** The routes of the API; the caller sends only requests for provisioning hosts here. */
    public Router router() {
        Router router = Router.router(vertx);
        router.route().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES));
        mount(router, groups);
        mount(router, individuals);
        router.post("/registrations/:id/query")
                .handler(with(ProvisioningRight.REGISTRATION_STATUS_READ, this::queryRegistrations));
        router.get("/registrations/:id")
                .handler(with(ProvisioningRight.REGISTRATION_STATUS_READ, this::getRegistration));
        router.delete("/registrations/:id")
                .handler(with(ProvisioningRight.REGISTRATION_STATUS_WRITE, DpsServiceApi::deleteRegistration));
        router.route().failureHandler(this::failed);
        router.errorHandler(404, context -> refuse(context, ProvisioningError.NOT_FOUND));
        router.errorHandler(405, context -> refuse(context, ProvisioningError.METHOD_NOT_ALLOWED));
        return router;
    }

    private void mount(Router router, EnrollmentResource<?> resource) {
        String collection = "/" + resource.collection();
        router.post(collection).handler(with(ProvisioningRight.ENROLLMENT_WRITE, resource::bulk));
        router.post(collection + "/query").handler(with(ProvisioningRight.ENROLLMENT_READ, resource::query));
        router.get(collection + "/:id").handler(with(ProvisioningRight.ENROLLMENT_READ, resource::get));
        router.put(collection + "/:id").handler(with(ProvisioningRight.ENROLLMENT_WRITE, resource::put));
        router.delete(collection + "/:id").handler(with(ProvisioningRight.ENROLLMENT_WRITE, resource::delete));
        // Keys in clear are for those who may change them.
        router.post(collection + "/:id/attestationmechanism")
                .handler(with(ProvisioningRight.ENROLLMENT_WRITE, resource::attestationMechanism));
    }

    /** Finds the service, then checks caller, quota and api-version, in that order. */
    private Handler<RoutingContext> with(ProvisioningRight right, Consumer<DpsRequest> operation) {
        return context -> {
            String host = VirtualHosts.hostOf(context.request());
            Optional<ProvisioningService> service = byHost.apply(host);
            if (service.isEmpty()) {
                context.response().setStatusCode(404).end();
                return;
            }
            authorization.require(service.get(), host, context.request().getHeader("Authorization"), right);
            OptionalLong wait = quotas.tryAcquire(
                    AzureLimit.DPS_SERVICE_OPERATIONS, service.get().idScope());
            if (wait.isPresent()) {
                context.response().putHeader("Retry-After", Long.toString(wait.getAsLong()));
                throw new ProvisioningException(ProvisioningError.THROTTLED);
            }
            List<String> version = context.queryParam("api-version");
            if (version.size() != 1 || !API_VERSIONS.contains(version.get(0))) {
                throw new ProvisioningException(
                        ProvisioningError.BAD_REQUEST,
                        "ErrorCode:ArgumentInvalid;Unknown api version; uri: "
                                + context.request().path());
            }
            operation.accept(new DpsRequest(context, service.get()));
        };
    }

    private void queryRegistrations(DpsRequest request) {
        DpsPaging paging = request.paging();
        Page<Registration> page = request.service().registrations(request.id(), paging.after(), paging.max());
        Instant now = clock.instant();
        JsonArray items = new JsonArray();
        page.items().forEach(registration -> items.add(RegistrationJson.state(registration, now)));
        request.answerPage(items, page.continuation(), paging, "deviceRegistration");
    }

    private void getRegistration(DpsRequest request) {
        Registration registration = request.service()
                .registration(request.id())
                .orElseThrow(() -> new ProvisioningException(ProvisioningError.REGISTRATION_NOT_FOUND));
        request.answer(RegistrationJson.state(registration, clock.instant()));
    }

    private static void deleteRegistration(DpsRequest request) {
        request.service().deleteRegistration(request.id(), request.header("If-Match"));
        request.answerEmpty();
    }

    private void refuse(RoutingContext context, ProvisioningError error) {
        answer(context, error.httpStatus(), new ProvisioningException(error));
    }

    private void failed(RoutingContext context) {
        ProvisioningException refusal = refusal(context);
        int status = refusal.error() == ProvisioningError.BAD_REQUEST && context.statusCode() == 413
                ? 413
                : refusal.error().httpStatus();
        answer(context, status, refusal);
    }

    private void answer(RoutingContext context, int status, ProvisioningException refusal) {
        HttpServerResponse response = context.response();
        if (response.ended()) {
            return;
        }
        response.setStatusCode(status)
                .putHeader("x-ms-error-code", Integer.toString(refusal.error().code()))
                .putHeader("content-type", "application/json; charset=utf-8")
                .end(DpsErrorBody.of(refusal, clock.instant()).encode());
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
