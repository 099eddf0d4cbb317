package io.drover.worker.target;

import static io.drover.worker.azure.ScriptedAzure.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.worker.WorkerConfig.Registering;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.DeviceKeys;
import io.drover.worker.azure.ScriptedAzure;
import io.drover.worker.azure.arm.ProvisioningResource;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.device.FailureReason;
import io.drover.worker.owned.OwnedData;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What devices begin with at a hub: identities made beforehand, and the initial twins of enrollments. */
@Timeout(60)
class PreparedDevicesIT {
    private static final DeviceAttestation KEYS = DeviceAttestation.of(new DeviceKeys("a2V5LTE=", "a2V5LTI="));
    private static final DeviceAttestation OTHER = DeviceAttestation.of(new DeviceKeys("b3RoZXI=", "b3RoZXI="));
    private static final OwnedData OWNED = OwnedData.of(
            new JsonObject("{\"tags\":{\"site\":\"lyon\"},\"desired\":{\"cooler\":{\"__t\":\"c\",\"limit\":4}}}"));

    private final Map<String, JsonObject> identities = new ConcurrentHashMap<>();
    private final Map<String, JsonObject> enrollments = new ConcurrentHashMap<>();
    private final Map<String, String> refusals = new ConcurrentHashMap<>();
    private ScriptedAzure azure;

    @BeforeEach
    void open() throws Exception {
        azure = new ScriptedAzure(request -> request.body().onSuccess(body -> answer(request, body.toString())));
    }

    @AfterEach
    void close() {
        azure.close();
    }

    @Test
    void aDeviceIsMadeWithItsKeysAndItsTwinAndOneThatIsThereIsNeverChanged() throws Exception {
        JsonObject same = new JsonObject().put("authentication", sas(KEYS));
        JsonObject other = new JsonObject().put("authentication", sas(OTHER));
        identities.put("same", same);
        identities.put("other", other);
        refusals.put("too-large", "400004");

        Map<String, FailureReason> refused = await(target().prepare(
                        Map.of("new", KEYS, "same", KEYS, "other", KEYS, "too-large", KEYS),
                        Map.of("new", OWNED, "same", OWNED)));

        assertThat(refused)
                .isEqualTo(Map.of(
                        "other", FailureReason.TARGET_HAS_OTHER_CREDENTIAL, "too-large", FailureReason.NOT_PREPARED));
        assertThat(identities.get("new"))
                .isEqualTo(new JsonObject()
                        .put("id", "new")
                        .put("importMode", "create")
                        .put("status", "enabled")
                        .put("authentication", sas(KEYS))
                        .put("tags", new JsonObject("{\"site\":\"lyon\"}"))
                        .put("properties", new JsonObject("{\"desired\":{\"cooler\":{\"__t\":\"c\",\"limit\":4}}}")));
        assertThat(identities).containsEntry("same", same).containsEntry("other", other);
    }

    @Test
    void whatTheHubThrottlesIsNoDevicesFaultAndIsBroughtAgain() throws Exception {
        refusals.put("second", "429001");

        assertThatThrownBy(() -> await(target().prepare(Map.of("first", KEYS, "second", KEYS), Map.of())))
                .hasMessageContaining("Devices were not made");

        refusals.clear();
        assertThat(await(target().prepare(Map.of("first", KEYS, "second", KEYS), Map.of())))
                .isEmpty();
        assertThat(identities).containsOnlyKeys("first", "second");
    }

    @Test
    void aDeviceWithATpmIsLeftToTheProvisioningService() throws Exception {
        assertThat(await(target().prepare(Map.of("chip", new DeviceAttestation(null, null, "ek")), Map.of())))
                .isEmpty();
        assertThat(identities).isEmpty();
    }

    @Test
    void anEnrollmentOfItsOwnCarriesTheTwinThatTheDeviceBeginsWith() throws Exception {
        assertThat(await(target().enroll(Map.of("truck-1", KEYS, "bare", KEYS), Map.of("truck-1", OWNED))))
                .isEmpty();

        assertThat(enrollments.get("truck-1").getJsonObject("initialTwin"))
                .isEqualTo(new JsonObject("{\"tags\":{\"site\":\"lyon\"},"
                        + "\"properties\":{\"desired\":{\"cooler\":{\"__t\":\"c\",\"limit\":4}}}}"));
        assertThat(enrollments.get("bare").containsKey("initialTwin")).isFalse();
    }

    private static JsonObject sas(DeviceAttestation keys) {
        return new JsonObject()
                .put("type", "sas")
                .put("symmetricKey", keys.keys().toJson());
    }

    private void answer(HttpServerRequest request, String body) {
        if (request.path().equals("/enrollments")) {
            new JsonObject(body).getJsonArray("enrollments").forEach(item -> {
                JsonObject enrollment = (JsonObject) item;
                enrollments.put(enrollment.getString("registrationId"), enrollment);
            });
            reply(request, 200, new JsonObject().put("isSuccessful", true));
        } else if (request.path().equals("/devices")) {
            JsonArray errors = new JsonArray();
            new JsonArray(body).forEach(item -> make((JsonObject) item, errors));
            reply(
                    request,
                    errors.isEmpty() ? 200 : 400,
                    new JsonObject().put("isSuccessful", errors.isEmpty()).put("errors", errors));
        } else {
            reply(request, 200, identities.get(request.path().substring("/devices/".length())));
        }
    }

    /** As documented: an existing device is 409001, and the others are made all the same. */
    private void make(JsonObject device, JsonArray errors) {
        String id = device.getString("id");
        String code = identities.containsKey(id) ? "409001" : refusals.get(id);
        if (code == null) {
            identities.put(id, device);
        } else {
            errors.add(new JsonObject()
                    .put("deviceId", id)
                    .put("errorCode", Integer.parseInt(code))
                    .put("errorStatus", "refused"));
        }
    }

    private static void reply(HttpServerRequest request, int status, JsonObject body) {
        request.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json")
                .end(body.toBuffer());
    }

    private ProvisioningTarget target() {
        AzureHttp http = azure.http(ScriptedAzure.SECRET, new SimpleMeterRegistry());
        DpsClient dps = new DpsClient(http, "dps.example.test", "https://dps.example.test");
        return new ProvisioningTarget(
                new ProvisioningResource(
                        "/dps",
                        "dps",
                        "0ne1",
                        "dps.example.test",
                        "device.example.test",
                        List.of("hub.example.test"),
                        "Active",
                        List.of()),
                dps,
                List.of(),
                List.of(new HubClient(http, "hub.example.test", "https://hubs.example.test")),
                List.of(),
                new EnrollmentGroups(dps, null, "dps"),
                Registering.PREREGISTER);
    }
}
