package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.Names;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.http.VirtualHosts;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The REST API of IoT Central, api-version 2022-07-31: who may call, how often, and which resource answers. Lists have at most 100
 * entries a page. One instance serves all applications, told apart by host name.
 */
public final class CentralApi {
    /** The version of all calls but data export. */
    public static final String API_VERSION = "2022-07-31";

    /** The version of data export, which is documented as a preview. */
    public static final String PREVIEW_API_VERSION = "2022-10-31-preview";

    private static final long MAX_BODY_BYTES = 1_048_576;
    private static final int CONNECT_MILLIS = 10_000;

    private final Vertx vertx;
    private final Function<String, Optional<CentralApp>> byHost;
    private final CentralAdmission admission;
    private final Quotas quotas;
    private final Clock clock;
    private final WebClient webhooks;

    public CentralApi(
            Vertx vertx,
            Function<String, Optional<CentralApp>> byHost,
            AccessTokens tokens,
            Quotas quotas,
            Names names,
            Clock clock) {
        this.vertx = vertx;
        this.byHost = byHost;
        this.admission = new CentralAdmission(tokens, quotas, names);
        this.quotas = quotas;
        this.clock = clock;
        this.webhooks = WebClient.create(vertx, new WebClientOptions().setConnectTimeout(CONNECT_MILLIS));
    }

    /** A router for every application's host. */
    public Router router() {
        Router router = Router.router(vertx);
        router.route("/api/*").handler(this::admit);
        router.route("/api/*").handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES));
        new DeviceResource().mount(router, this);
        new AttestationResource().mount(router, this);
        new DeviceGroupResource().mount(router, this);
        new DeviceTemplateResource().mount(router, this);
        new EnrollmentGroupResource().mount(router, this);
        new EnrollmentCertificateResource().mount(router, this);
        new DevicePropertyResource().mount(router, this);
        new RelationshipResource().mount(router, this);
        new CommandResource(quotas).mount(router, this);
        JobRunner jobs = new JobRunner(vertx, quotas, clock);
        new JobResource(jobs).mount(router, this);
        new ScheduledJobResource(new JobScheduler(vertx, jobs, clock), clock).mount(router, this);
        new MemberResource().mount(router, this);
        new OrganizationResource().mount(router, this);
        new DataExportResource(destination ->
                        new WebhookDelivery(vertx, webhooks, destination, clock, quotas.timeCompression()))
                .mount(router, this);
        router.route().failureHandler(this::failed);
        router.route()
                .last()
                .handler(context -> refuse(
                        context,
                        new CentralException(
                                404,
                                "NotFound",
                                "This API has no " + context.request().method() + " "
                                        + context.request().path() + ".")));
        return router;
    }

    /** Ends what goes on outside requests: deliveries to webhooks. */
    public void close() {
        webhooks.close();
    }

    /** A handler that gives the request of a caller with this right to a resource and turns what it throws into an error body. */
    Handler<RoutingContext> with(Right right, Consumer<CentralRequest> resource) {
        return context -> {
            try {
                CentralRequest request = new CentralRequest(context);
                request.require(right);
                resource.accept(request);
            } catch (CentralException problem) {
                refuse(context, problem);
            } catch (IllegalArgumentException | ClassCastException malformed) {
                refuse(context, CentralException.invalidBody(malformed.getMessage()));
            }
        };
    }

    /** For resources that answer later. */
    void refuse(CentralRequest request, CentralException problem) {
        request.refuse(problem, clock);
    }

    private void admit(RoutingContext context) {
        CentralRequest.number(context, UUID.randomUUID().toString());
        String host = VirtualHosts.hostOf(context.request());
        Optional<CentralApp> app = byHost.apply(host);
        if (app.isEmpty()) {
            refuse(context, new CentralException(404, "NotFound", "There is no application at '" + host + "'."));
            return;
        }
        try {
            CentralCaller caller = admission.admit(app.get(), context);
            CentralRequest.bind(context, app.get(), caller);
        } catch (CentralException refused) {
            refuse(context, refused);
            return;
        }
        context.next();
    }

    private void failed(RoutingContext context) {
        int status = context.statusCode();
        refuse(
                context,
                status == 413
                        ? new CentralException(413, "RequestEntityTooLarge", "The request body is too large.")
                        : status >= 400 && status < 500
                                ? new CentralException(status, "BadRequest", "The request cannot be read.")
                                : new CentralException(500, "InternalServerError", "The request failed."));
    }

    private void refuse(RoutingContext context, CentralException problem) {
        new CentralRequest(context).refuse(problem, clock);
    }
}
