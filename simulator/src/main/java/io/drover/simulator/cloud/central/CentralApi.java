package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.Names;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.entra.Caller;
import io.drover.simulator.cloud.entra.ServicePrincipal;
import io.drover.simulator.cloud.http.VirtualHosts;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The REST API of IoT Central, api-version 2022-07-31: who may call, how often, and which resource answers. Lists have at most 100
 * entries a page. One instance serves all applications, told apart by host name.
 */
public final class CentralApi {
    /** The only version served. */
    public static final String API_VERSION = "2022-07-31";

    private static final long MAX_BODY_BYTES = 1_048_576;

    private final Vertx vertx;
    private final Function<String, Optional<CentralApp>> byHost;
    private final AccessTokens tokens;
    private final Quotas quotas;
    private final Names names;
    private final Clock clock;

    public CentralApi(
            Vertx vertx,
            Function<String, Optional<CentralApp>> byHost,
            AccessTokens tokens,
            Quotas quotas,
            Names names,
            Clock clock) {
        this.vertx = vertx;
        this.byHost = byHost;
        this.tokens = tokens;
        this.quotas = quotas;
        this.names = names;
        this.clock = clock;
    }

    /** A router for every application's host. */
    public Router router() {
        Router router = Router.router(vertx);
        router.route("/api/*").handler(this::admit);
        router.route("/api/*").handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES));
        new DeviceResource().mount(router, this);
        new DeviceGroupResource().mount(router, this);
        new DeviceTemplateResource().mount(router, this);
        new EnrollmentGroupResource().mount(router, this);
        new CommandResource(quotas).mount(router, this);
        new JobResource(new JobRunner(vertx, quotas, clock)).mount(router, this);
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

    /** A handler that gives the request to a resource and turns what it throws into an error body. */
    Handler<RoutingContext> with(Consumer<CentralRequest> resource) {
        return context -> {
            try {
                resource.accept(new CentralRequest(context));
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
        Optional<Caller> caller = tokens.verify(context.request().getHeader("authorization"), names.centralAudience());
        if (caller.isEmpty()) {
            refuse(
                    context,
                    new CentralException(
                            401, "Unauthorized", "You need a valid access token for " + names.centralAudience() + "."));
            return;
        }
        if (!caller.get().has(ServicePrincipal.CENTRAL_ADMINISTRATOR)) {
            refuse(
                    context,
                    new CentralException(
                            403, "Forbidden", "'" + caller.get().clientId() + "' has no role in this application."));
            return;
        }
        if (!API_VERSION.equals(context.request().getParam("api-version"))) {
            refuse(
                    context,
                    new CentralException(
                            400,
                            "InvalidApiVersion",
                            "The query parameter api-version is required and must be " + API_VERSION + "."));
            return;
        }
        OptionalLong wait = quotas.tryAcquire(AzureLimit.CENTRAL_REST, app.get().subdomain());
        if (wait.isPresent()) {
            CentralRequest.retryAfter(context, wait.getAsLong());
            refuse(context, CentralException.tooManyRequests());
            return;
        }
        CentralRequest.bind(context, app.get());
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
