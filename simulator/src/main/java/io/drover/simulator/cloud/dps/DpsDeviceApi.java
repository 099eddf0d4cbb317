package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.cloud.tls.ClientCertificates;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The device API over HTTPS at the global host: register (PUT), poll (GET), look up (POST). By signature, TLS client certificate or TPM. */
public final class DpsDeviceApi {
    private static final long MAX_BODY_BYTES = 96 * 1024;
    private static final Pattern API_VERSION = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}(?:-preview)?");

    private final Vertx vertx;
    private final DeviceOperations operations;
    private final Clock clock;

    /** @param byIdScope the service of an id scope */
    public DpsDeviceApi(
            Vertx vertx, Function<String, Optional<ProvisioningService>> byIdScope, Quotas quotas, Clock clock) {
        this.vertx = vertx;
        this.operations = new DeviceOperations(byIdScope, quotas, clock);
        this.clock = clock;
    }

    /** The routes of the API; the caller sends only requests for the global host here. */
    public Router router() {
        Router router = Router.router(vertx);
        router.route().handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES));
        String registration = "/:idScope/registrations/:registrationId";
        router.put(registration + "/register")
                .setName("device/register")
                .handler(answering((context, caller) ->
                        operations.registerOrChallenge(caller, context.body().buffer())));
        router.get(registration + "/operations/:operationId")
                .setName("device/operation")
                .handler(answering((context, caller) -> operations.poll(caller, context.pathParam("operationId"))));
        router.post(registration)
                .setName("device/registration")
                .handler(answering((context, caller) -> operations.lookUp(caller)));
        router.route().failureHandler(this::failed);
        router.errorHandler(404, context -> refuse(context, ProvisioningError.NOT_FOUND));
        router.errorHandler(405, context -> refuse(context, ProvisioningError.METHOD_NOT_ALLOWED));
        return router;
    }

    private Handler<RoutingContext> answering(
            BiFunction<RoutingContext, DeviceOperations.Caller, DeviceOperations.Reply> operation) {
        return context -> {
            List<String> version = context.queryParam("api-version");
            if (version.size() != 1 || !API_VERSION.matcher(version.get(0)).matches()) {
                refuse(context, 400, "ErrorCode:ArgumentInvalid;Unknown api version.");
                return;
            }
            DeviceProof proof = new DeviceProof(
                    SasToken.parse(context.request().getHeader("Authorization")).orElse(null),
                    ClientCertificates.of(context.request().sslSession()));
            DeviceOperations.Caller caller = new DeviceOperations.Caller(
                    context.pathParam("idScope"), context.pathParam("registrationId"), proof);
            send(context, caller, operation.apply(context, caller));
        };
    }

    private static void send(RoutingContext context, DeviceOperations.Caller caller, DeviceOperations.Reply reply) {
        HttpServerResponse response = context.response().setStatusCode(reply.status());
        reply.retryAfter().ifPresent(seconds -> response.putHeader("Retry-After", Long.toString(seconds)));
        if (reply.operationId() != null) {
            response.putHeader(
                    "Location",
                    "https://" + context.request().authority() + "/" + caller.idScope() + "/registrations/"
                            + caller.registrationId() + "/operations/" + reply.operationId() + "?api-version="
                            + context.queryParam("api-version").get(0));
        }
        if (reply.errorCode() != 0) {
            response.putHeader("x-ms-error-code", Integer.toString(reply.errorCode()));
        }
        response.putHeader("x-ms-request-id", UUID.randomUUID().toString())
                .putHeader("content-type", "application/json; charset=utf-8")
                .end(reply.body().toBuffer());
    }

    private void failed(RoutingContext context) {
        int status = context.statusCode() >= 400 ? context.statusCode() : 500;
        refuse(context, status, ProvisioningError.BAD_REQUEST.message());
    }

    private void refuse(RoutingContext context, ProvisioningError error) {
        refuse(context, error.httpStatus(), error, error.message());
    }

    private void refuse(RoutingContext context, int status, String message) {
        refuse(context, status, status < 500 ? ProvisioningError.BAD_REQUEST : ProvisioningError.INTERNAL, message);
    }

    private void refuse(RoutingContext context, int status, ProvisioningError error, String message) {
        Instant now = clock.instant();
        context.response()
                .setStatusCode(status)
                .putHeader("x-ms-error-code", Integer.toString(error.code()))
                .putHeader("content-type", "application/json; charset=utf-8")
                .end(DpsErrorBody.of(new ProvisioningException(error, message), now)
                        .toBuffer());
    }
}
