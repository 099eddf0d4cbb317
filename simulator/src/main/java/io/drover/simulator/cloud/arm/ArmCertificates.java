package io.drover.simulator.cloud.arm;

import io.drover.simulator.cloud.entra.ServicePrincipal;
import io.drover.simulator.cloud.x509.CaCertificate;
import io.drover.simulator.cloud.x509.CaCertificateJson;
import io.drover.simulator.cloud.x509.CaCertificates;
import io.drover.simulator.cloud.x509.CertificateRefusedException;
import io.drover.simulator.cloud.x509.UploadedCertificate;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Function;

/**
 * The CA certificates of provisioning services (2022-02-05) or hubs (2023-06-30): list, read, upload, delete, and the proof that their
 * owner holds the key. The two documents differ in the body of an upload and in the status of a first one.
 */
final class ArmCertificates {
    private static final String READ = "/certificates/read";
    private static final int BODY_LIMIT = 64 * 1024;

    private final ArmApi api;
    private final Resource.Type type;
    private final Function<Resource, Optional<CaCertificates>> stores;

    /** @param stores where a resource keeps its certificates */
    ArmCertificates(ArmApi api, Resource.Type type, Function<Resource, Optional<CaCertificates>> stores) {
        this.api = api;
        this.type = type;
        this.stores = stores;
    }

    void mount(Router router) {
        String all = ArmApi.collection(type) + "/(?<name>[^/]+)/certificates";
        String one = all + "/(?<certificate>[A-Za-z0-9._-]{1,64})";
        String named = type.collection() + "/certificates";
        router.routeWithRegex(all + "/.*").handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT));
        router.getWithRegex(all).setName(named).handler(this::list);
        router.getWithRegex(one).setName(named + "/get").handler(this::get);
        router.putWithRegex(one).setName(named + "/put").handler(this::put);
        router.deleteWithRegex(one).setName(named + "/delete").handler(this::delete);
        router.postWithRegex(one + "/generateVerificationCode")
                .setName(named + "/generateVerificationCode")
                .handler(this::generateVerificationCode);
        router.postWithRegex(one + "/verify").setName(named + "/verify").handler(this::verify);
    }

    /** One call that may go on: whose certificates, and which of them. */
    private record Call(RoutingContext context, Resource resource, CaCertificates store) {
        String name() {
            return context.pathParam("certificate");
        }

        String ifMatch() {
            return context.request().getHeader("If-Match");
        }

        /** The documents require the header for all but uploads. */
        String requiredIfMatch() {
            if (ifMatch() == null) {
                throw new IllegalArgumentException("The If-Match header is required.");
            }
            return ifMatch();
        }

        JsonObject body() {
            JsonObject body = context.body().asJsonObject();
            if (body == null) {
                throw new IllegalArgumentException("The request has no body.");
            }
            return body;
        }
    }

    private interface Operation {
        void run(Call call);
    }

    private void run(RoutingContext context, String action, Operation operation) {
        // Which of the emulator's roles stands for writing: the one that may read keys, as for consumer groups.
        String role = action.equals(READ) ? ServicePrincipal.ARM_READER : ServicePrincipal.ARM_LISTKEYS;
        if (!api.allowed(context, type, role, action)) {
            return;
        }
        api.found(context, type)
                .flatMap(resource -> stores.apply(resource).map(store -> new Call(context, resource, store)))
                .ifPresent(call -> {
                    try {
                        operation.run(call);
                    } catch (CertificateRefusedException refused) {
                        refuse(context, refused);
                    } catch (IllegalArgumentException | DecodeException | ClassCastException mistake) {
                        ArmError.deviceBadRequest(context, mistake.getMessage());
                    }
                });
    }

    private static void refuse(RoutingContext context, CertificateRefusedException refused) {
        switch (refused.reason()) {
            case NOT_FOUND -> ArmError.deviceNotFound(context, refused.getMessage());
            case ETAG_MISMATCH -> ArmError.devicePreconditionFailed(context, refused.getMessage());
            case INVALID -> ArmError.deviceBadRequest(context, refused.getMessage());
        }
    }

    private void list(RoutingContext context) {
        run(context, READ, call -> {
            JsonArray value = new JsonArray();
            call.store().all().forEach(certificate -> value.add(shown(call, certificate)));
            ArmApi.answer(context, new JsonObject().put("value", value));
        });
    }

    private void get(RoutingContext context) {
        run(
                context,
                READ,
                call -> call.store()
                        .get(call.name())
                        .ifPresentOrElse(
                                certificate -> ArmApi.answer(context, shown(call, certificate)),
                                () -> ArmError.deviceNotFound(
                                        context, "The certificate '" + call.name() + "' does not exist.")));
    }

    private void put(RoutingContext context) {
        run(context, "/certificates/write", call -> {
            JsonObject given = type == Resource.Type.IOT_HUB
                    ? call.body().getJsonObject("properties", new JsonObject())
                    : call.body();
            boolean created = call.store().get(call.name()).isEmpty();
            CaCertificate stored = call.store()
                    .put(call.name(), certificate(given), given.getBoolean("isVerified", false), call.ifMatch());
            context.response().setStatusCode(created && type == Resource.Type.IOT_HUB ? 201 : 200);
            ArmApi.answer(context, shown(call, stored));
        });
    }

    private void delete(RoutingContext context) {
        run(context, "/certificates/delete", call -> {
            boolean deleted = call.store().delete(call.name(), call.requiredIfMatch());
            context.response().setStatusCode(deleted ? 200 : 204).end();
        });
    }

    private void generateVerificationCode(RoutingContext context) {
        run(context, "/certificates/generateVerificationCode/action", call -> {
            CaCertificate waiting = call.store().generateVerificationCode(call.name(), call.requiredIfMatch());
            ArmApi.answer(context, identified(call, CaCertificateJson.withCode(waiting, resourceType())));
        });
    }

    private void verify(RoutingContext context) {
        run(context, "/certificates/verify/action", call -> {
            CaCertificate verified = call.store().verify(call.name(), certificate(call.body()), call.requiredIfMatch());
            ArmApi.answer(context, shown(call, verified));
        });
    }

    private static X509Certificate certificate(JsonObject body) {
        return UploadedCertificate.parse(body.getString("certificate")).certificate();
    }

    private JsonObject shown(Call call, CaCertificate certificate) {
        return identified(call, CaCertificateJson.of(certificate, resourceType()));
    }

    private static JsonObject identified(Call call, JsonObject certificate) {
        return certificate.put("id", call.resource().id() + "/certificates/" + certificate.getString("name"));
    }

    private String resourceType() {
        return type.fullName() + "/certificates";
    }
}
