package io.drover.simulator.cloud.control;

import io.drover.simulator.cloud.World;
import io.drover.simulator.cloud.dps.CertificateJson;
import io.drover.simulator.cloud.dps.LinkedHub;
import io.drover.simulator.cloud.dps.ProvisioningException;
import io.drover.simulator.cloud.dps.ProvisioningPolicy;
import io.drover.simulator.cloud.dps.ProvisioningRight;
import io.drover.simulator.cloud.dps.ProvisioningService;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.x509.CaCertificate;
import io.drover.simulator.cloud.x509.CaCertificateJson;
import io.drover.simulator.cloud.x509.CertificateRefusedException;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The part of the control API about one provisioning service, for what Azure changes through ARM: shared access policies, links to hubs,
 * and authorities with their verification. Certificates have ARM's shapes (2022-02-05).
 */
public final class ProvisioningSettingsControl {
    private static final String SERVICE = "/control/provisioning-services/:service";

    private final World world;

    public ProvisioningSettingsControl(World world) {
        this.world = world;
    }

    /** Adds the routes; the router must read bodies before. */
    public void mount(Router router) {
        router.put(SERVICE + "/policies/:policy").handler(with(this::putPolicy));
        router.put(SERVICE + "/hubs/:hub").handler(with(this::putLink));
        router.get(SERVICE + "/certificates").handler(with(this::listCertificates));
        router.get(SERVICE + "/certificates/:certificate").handler(with(this::getCertificate));
        router.put(SERVICE + "/certificates/:certificate").handler(with(this::putCertificate));
        router.delete(SERVICE + "/certificates/:certificate").handler(with(this::deleteCertificate));
        router.post(SERVICE + "/certificates/:certificate/generateVerificationCode")
                .handler(with(this::generateVerificationCode));
        router.post(SERVICE + "/certificates/:certificate/verify").handler(with(this::verify));
    }

    private Handler<RoutingContext> with(BiConsumer<RoutingContext, ProvisioningService> operation) {
        return context -> {
            String name = context.pathParam("service");
            Optional<ProvisioningService> service =
                    world.provisioning(world.names().provisioning(name));
            if (service.isEmpty()) {
                ControlApi.problem(
                        context, 404, "Not found", List.of("there is no provisioning service '" + name + "'"));
                return;
            }
            try {
                operation.accept(context, service.get());
            } catch (ProvisioningException refused) {
                ControlApi.problem(
                        context,
                        refused.error().httpStatus(),
                        "The request was refused",
                        List.of(refused.getMessage()));
            } catch (CertificateRefusedException refused) {
                ControlApi.problem(
                        context,
                        refused.reason().httpStatus(),
                        "The request was refused",
                        List.of(refused.getMessage()));
            } catch (IllegalArgumentException | ClassCastException mistake) {
                ControlApi.problem(context, 400, "The request has mistakes", List.of(mistake.getMessage()));
            }
        };
    }

    private void putPolicy(RoutingContext context, ProvisioningService service) {
        ControlApi.body(context).ifPresent(body -> {
            Set<ProvisioningRight> rights = EnumSet.noneOf(ProvisioningRight.class);
            for (Object right : body.getJsonArray("rights", new JsonArray())) {
                rights.add(ProvisioningRight.named(String.valueOf(right))
                        .orElseThrow(() -> new IllegalArgumentException("rights: there is no right '" + right + "'")));
            }
            if (rights.isEmpty()) {
                throw new IllegalArgumentException("rights: must be a list of at least one right");
            }
            ProvisioningPolicy policy = service.addPolicy(context.pathParam("policy"), rights);
            ControlApi.answer(
                    context,
                    new JsonObject()
                            .put("keyName", policy.name())
                            .put("primaryKey", policy.key().primary())
                            .put("secondaryKey", policy.key().secondary())
                            .put("rights", policy.rightsText()));
        });
    }

    private void putLink(RoutingContext context, ProvisioningService service) {
        ControlApi.body(context).ifPresent(body -> {
            String name = context.pathParam("hub");
            Hub hub = world.hub(world.names().hub(name))
                    .orElseThrow(() -> new IllegalArgumentException("there is no hub '" + name + "'"));
            service.link(new LinkedHub(
                    hub, body.getInteger("allocationWeight", 1), body.getBoolean("applyAllocationPolicy", true)));
            context.response().setStatusCode(204).end();
        });
    }

    private void listCertificates(RoutingContext context, ProvisioningService service) {
        JsonArray value = new JsonArray();
        service.authorities().all().forEach(certificate -> value.add(shown(certificate)));
        ControlApi.answer(context, new JsonObject().put("value", value));
    }

    private void getCertificate(RoutingContext context, ProvisioningService service) {
        String name = context.pathParam("certificate");
        service.authorities()
                .get(name)
                .ifPresentOrElse(
                        certificate -> ControlApi.answer(context, shown(certificate)), () -> notFound(context, name));
    }

    private void putCertificate(RoutingContext context, ProvisioningService service) {
        ControlApi.body(context).ifPresent(body -> {
            JsonObject properties = body.getJsonObject("properties", new JsonObject());
            CaCertificate stored = service.authorities()
                    .put(
                            context.pathParam("certificate"),
                            CertificateJson.read(properties.getString("certificate", ""), "properties.certificate"),
                            properties.getBoolean("isVerified", false),
                            ifMatch(context));
            ControlApi.answer(context, shown(stored));
        });
    }

    private void deleteCertificate(RoutingContext context, ProvisioningService service) {
        boolean deleted = service.authorities().delete(context.pathParam("certificate"), ifMatch(context));
        context.response().setStatusCode(deleted ? 200 : 204).end();
    }

    private void generateVerificationCode(RoutingContext context, ProvisioningService service) {
        CaCertificate waiting =
                service.authorities().generateVerificationCode(context.pathParam("certificate"), ifMatch(context));
        ControlApi.answer(
                context, CaCertificateJson.withCode(waiting, "Microsoft.Devices/provisioningServices/certificates"));
    }

    private void verify(RoutingContext context, ProvisioningService service) {
        ControlApi.body(context).ifPresent(body -> {
            CaCertificate verified = service.authorities()
                    .verify(
                            context.pathParam("certificate"),
                            CertificateJson.read(body.getString("certificate", ""), "certificate"),
                            ifMatch(context));
            ControlApi.answer(context, shown(verified));
        });
    }

    private static String ifMatch(RoutingContext context) {
        return context.request().getHeader("If-Match");
    }

    private static void notFound(RoutingContext context, String name) {
        ControlApi.problem(context, 404, "Not found", List.of("there is no certificate '" + name + "'"));
    }

    private static JsonObject shown(CaCertificate certificate) {
        return CaCertificateJson.of(certificate, "Microsoft.Devices/provisioningServices/certificates");
    }
}
