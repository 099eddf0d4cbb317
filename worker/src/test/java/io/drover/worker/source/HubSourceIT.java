package io.drover.worker.source;

import static io.drover.worker.azure.ScriptedAzure.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.DeviceKeys;
import io.drover.worker.azure.ScriptedAzure;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.device.DeviceCredential;
import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DiscoveredDevice;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Discovery at a hub: every page of registrations and devices, and a verdict on each device. */
class HubSourceIT {
    private static final String HUB = "hub.example.test";

    private final List<String> queries = Collections.synchronizedList(new ArrayList<>());

    @Test
    void everyDeviceOfEveryPageGetsAVerdictAndItsKindOfCredential() throws Exception {
        try (ScriptedAzure azure = new ScriptedAzure(this::answer)) {
            Map<String, String> found = found(source(azure, "tags.site = 'berlin'", true));

            Map<String, String> expected = new HashMap<>();
            expected.put("ready", "GROUP_KEY");
            expected.put("also-ready", "GROUP_KEY");
            expected.put("disabled", "BLOCKED");
            expected.put("edge", "EDGE_DEVICE");
            expected.put("id@refused", "ID_REFUSED_BY_DPS");
            expected.put("certificate", "DEVICE_CERTIFICATE");
            expected.put("signed", "GROUP_CERTIFICATE");
            expected.put("authority-by-hand", "CREDENTIAL_UNSUPPORTED");
            expected.put("own-key", "DEVICE_KEY");
            expected.put("chip", "TPM");
            expected.put("renamed", "CREDENTIAL_UNSUPPORTED");
            expected.put("made-by-hand", "DEVICE_KEY");
            expected.put("of-another-hub", "DEVICE_KEY");
            assertThat(found).isEqualTo(expected);
            assertThat(queries).allMatch(query -> query.endsWith(" FROM devices WHERE tags.site = 'berlin'"));
        }
    }

    @Test
    void whereSingleDevicesAreNotReadOnlyThoseOfGroupsMove() throws Exception {
        try (ScriptedAzure azure = new ScriptedAzure(this::answer)) {
            Map<String, String> found = found(source(azure, null, false));

            assertThat(found)
                    .containsEntry("ready", "GROUP_KEY")
                    .containsEntry("signed", "GROUP_CERTIFICATE")
                    .containsEntry("own-key", "CREDENTIAL_UNSUPPORTED")
                    .containsEntry("chip", "CREDENTIAL_UNSUPPORTED")
                    .containsEntry("certificate", "CREDENTIAL_UNSUPPORTED")
                    .containsEntry("made-by-hand", "CREDENTIAL_UNSUPPORTED")
                    .containsEntry("of-another-hub", "CREDENTIAL_UNSUPPORTED");
            assertThat(azure.asked).noneMatch(call -> call.contains("/enrollments"));
        }
    }

    @Test
    void aDeviceMadeByHandHasTheKeyOfTheRegistryAndAnEnrolledOneThatOfItsEnrollment() throws Exception {
        try (ScriptedAzure azure = new ScriptedAzure(this::answer)) {
            HubSource source = source(azure, null, true);

            DeviceAttestation enrolled =
                    await(source.attestation(row("own-key"))).orElseThrow();
            DeviceAttestation byHand =
                    await(source.attestation(row("made-by-hand"))).orElseThrow();

            assertThat(enrolled.keys()).isEqualTo(new DeviceKeys("ZW5yb2xsZWQ=", "c2Vjb25k"));
            assertThat(byHand.keys()).isEqualTo(new DeviceKeys("cmVnaXN0cnk=", "c2Vjb25k"));
        }
    }

    @Test
    void theKeysThatARegistryShowsOfADeviceWithATpmAreNotTakenForItsCredential() throws Exception {
        try (ScriptedAzure azure = new ScriptedAzure(this::answer)) {
            HubSource source = source(azure, null, true);

            assertThat(await(source.attestation(row("made-by-hand", DeviceCredential.TPM))))
                    .isEmpty();
            assertThat(azure.asked).noneMatch(call -> call.contains("/devices/made-by-hand"));
        }
    }

    private static DeviceRow row(String id) {
        return row(id, DeviceCredential.DEVICE_KEY);
    }

    private static DeviceRow row(String id, DeviceCredential credential) {
        return DeviceRow.discovered(
                new DeviceKey(1, id), new DiscoveredDevice(id, null, credential, null, 0, 0), Instant.EPOCH);
    }

    private static Map<String, String> found(HubSource source) throws Exception {
        Map<String, String> found = new HashMap<>();
        await(source.eachPage(page -> {
            for (DiscoveredDevice device : page) {
                found.put(
                        device.deviceId(),
                        device.verdict() == null
                                ? device.credential().name()
                                : device.verdict().name());
            }
            return Future.succeededFuture();
        }));
        return found;
    }

    @Test
    void connectedDevicesAreAskedForWithinTheSelection() throws Exception {
        try (ScriptedAzure azure = new ScriptedAzure(this::answer)) {
            List<String> ids = new ArrayList<>();

            await(source(azure, "tags.site = 'berlin' OR tags.site = 'bonn'", true)
                    .eachConnectedPage(page -> {
                        ids.addAll(page);
                        return Future.succeededFuture();
                    }));

            assertThat(ids).hasSize(13);
            assertThat(queries)
                    .hasSize(2)
                    .allMatch(
                            query -> query.equals("SELECT deviceId FROM devices WHERE connectionState = 'Connected' AND"
                                    + " (tags.site = 'berlin' OR tags.site = 'bonn')"));
        }
    }

    private static HubSource source(ScriptedAzure azure, String condition, boolean individuals) throws Exception {
        AzureHttp http = azure.http(ScriptedAzure.SECRET, new SimpleMeterRegistry());
        return new HubSource(
                new HubClient(http, HUB, "https://iothubs.example.test"),
                condition,
                new DpsClient(http, "dps.example.test", "https://dps.example.test"),
                Map.of("trucks", DeviceCredential.GROUP_KEY, "signed", DeviceCredential.GROUP_CERTIFICATE),
                individuals,
                "DeviceMove");
    }

    private void answer(HttpServerRequest request) {
        boolean second = "more".equals(request.getHeader("x-ms-continuation"));
        boolean paged = request.path().endsWith("/query");
        if (paged && !second) {
            request.response().putHeader("x-ms-continuation", "more");
        }
        switch (request.path()) {
            case "/devices/query" ->
                request.body().onSuccess(body -> {
                    queries.add(body.toJsonObject().getString("query"));
                    request.response().end(devices(second));
                });
            case "/registrations/trucks/query" -> request.response().end(registrations(second));
            case "/registrations/signed/query" ->
                request.response()
                        .end(
                                second
                                        ? "[]"
                                        : new JsonArray()
                                                .add(registration("signed", HUB))
                                                .encode());
            case "/enrollments/query" -> request.response().end(enrollments(second));
            case "/enrollments/own-key/attestationmechanism" ->
                request.response()
                        .end(new JsonObject()
                                .put("type", "symmetricKey")
                                .mergeIn(keys("ZW5yb2xsZWQ="))
                                .encode());
            case "/devices/made-by-hand" ->
                request.response()
                        .end(new JsonObject()
                                .put("authentication", keys("cmVnaXN0cnk="))
                                .encode());
            default -> request.response().setStatusCode(404).end("{}");
        }
    }

    private static JsonObject keys(String primary) {
        return new JsonObject()
                .put("symmetricKey", new JsonObject().put("primaryKey", primary).put("secondaryKey", "c2Vjb25k"));
    }

    private static Buffer enrollments(boolean second) {
        JsonArray page = second
                ? new JsonArray()
                        .add(enrollment("certificate", "certificate", "x509"))
                        .add(enrollment("other-name", "renamed", "symmetricKey"))
                : new JsonArray()
                        .add(enrollment("own-key", "own-key", "symmetricKey"))
                        .add(enrollment("chip", "chip", "tpm"));
        return page.toBuffer();
    }

    private static JsonObject enrollment(String registrationId, String deviceId, String attestation) {
        return new JsonObject()
                .put("registrationId", registrationId)
                .put("deviceId", deviceId)
                .put("attestation", new JsonObject().put("type", attestation))
                .put("provisioningStatus", "enabled");
    }

    private static Buffer devices(boolean second) {
        JsonArray page = second
                ? new JsonArray()
                        .add(device("certificate", "enabled", "selfSigned", false))
                        .add(device("signed", "enabled", "selfSigned", false))
                        .add(device("authority-by-hand", "enabled", "certificateAuthority", false))
                        .add(device("made-by-hand", "enabled", "sas", false))
                        .add(device("of-another-hub", "enabled", "sas", false))
                        .add(device("also-ready", "enabled", "sas", false))
                : new JsonArray()
                        .add(device("ready", "enabled", "sas", false))
                        .add(device("own-key", "enabled", "sas", false))
                        .add(device("chip", "enabled", "sas", false))
                        .add(device("renamed", "enabled", "sas", false))
                        .add(device("disabled", "disabled", "sas", false))
                        .add(device("edge", "enabled", "sas", true))
                        .add(device("id@refused", "enabled", "sas", false));
        return page.toBuffer();
    }

    private static JsonObject device(String id, String status, String authentication, boolean edge) {
        return new JsonObject()
                .put("deviceId", id)
                .put("status", status)
                .put("connectionState", "Disconnected")
                .put("authenticationType", authentication)
                .put("capabilities", new JsonObject().put("iotEdge", edge));
    }

    private static Buffer registrations(boolean second) {
        JsonArray page = second
                ? new JsonArray()
                        .add(registration("also-ready", HUB))
                        .add(registration("certificate", HUB))
                        .add(registration("of-another-hub", "other.example.test"))
                : new JsonArray()
                        .add(registration("ready", HUB))
                        .add(registration("disabled", HUB))
                        .add(registration("edge", HUB))
                        .add(registration("id@refused", HUB));
        return page.toBuffer();
    }

    private static JsonObject registration(String id, String hub) {
        return new JsonObject()
                .put("registrationId", id)
                .put("deviceId", id)
                .put("status", "assigned")
                .put("assignedHub", hub);
    }
}
