package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.hub.InitialTwin;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks an enrollment's webhook for a hub ("Tutorial: Use custom allocation policies with DPS"). A call takes 5 s at most. Thread-safe;
 * answers come on any event loop.
 */
public final class CustomAllocationWebhook {
    private static final long TIMEOUT_MILLIS = 5_000;
    private static final int OK = 200;
    private static final Logger LOG = LoggerFactory.getLogger(CustomAllocationWebhook.class);

    private final WebClient client;

    public CustomAllocationWebhook(Vertx vertx) {
        this.client = WebClient.create(vertx);
    }

    /**
     * What the webhook said: a hub with perhaps a twin and a payload, or (refusal set) why the registration fails.
     *
     * @param hubHostName null exactly when refused
     */
    record Answer(String hubHostName, InitialTwin twin, JsonObject payload, RegistrationGate.Refusal refusal) {
        static Answer refused(String message) {
            return new Answer(
                    null,
                    null,
                    null,
                    new RegistrationGate.Refusal(ProvisioningError.CUSTOM_ALLOCATION_FAILED.code(), message));
        }
    }

    /** Never fails: whatever goes wrong is a refusal with 400207. */
    Future<Answer> ask(
            Enrollment<?> enrollment, String registrationId, DeviceProof proof, JsonObject payload, List<String> hubs) {
        JsonObject context = new JsonObject().put("registrationId", registrationId);
        if (enrollment.attestation().tpm() != null) {
            context.put("tpm", new JsonObject());
        } else if (proof.token() != null) {
            context.put("symmetricKey", new JsonObject());
        } else {
            context.put("x509", CertificateJson.registrationResult(proof.certificates(), null));
        }
        if (payload != null) {
            context.put("payload", payload);
        }
        String kind = enrollment instanceof EnrollmentGroup ? "enrollmentGroup" : "individualEnrollment";
        JsonObject request = new JsonObject()
                .put(kind, EnrollmentJson.masked(enrollment))
                .put("deviceRuntimeContext", context)
                .put("linkedHubs", new JsonArray(hubs));
        return client.postAbs(enrollment.settings().customAllocation().webhookUrl())
                .timeout(TIMEOUT_MILLIS)
                .sendJsonObject(request)
                .map(CustomAllocationWebhook::read)
                .otherwise(unreachable -> {
                    LOG.debug("A custom allocation webhook gave no answer: {}", unreachable.toString());
                    return Answer.refused("Custom allocation failed: the webhook gave no answer.");
                });
    }

    private static Answer read(HttpResponse<Buffer> response) {
        if (response.statusCode() != OK) {
            return Answer.refused("Custom allocation failed with status code: " + response.statusCode());
        }
        try {
            JsonObject body = response.bodyAsJsonObject();
            String hub = body == null ? null : body.getString("iotHubHostName");
            if (hub == null || hub.isEmpty()) {
                return Answer.refused("Custom allocation failed: the webhook named no iotHubHostName.");
            }
            return new Answer(
                    hub, InitialTwinJson.read(body.getJsonObject("initialTwin")), body.getJsonObject("payload"), null);
        } catch (DecodeException | ClassCastException | ProvisioningException malformed) {
            return Answer.refused("Custom allocation failed: the webhook's answer cannot be read.");
        }
    }
}
