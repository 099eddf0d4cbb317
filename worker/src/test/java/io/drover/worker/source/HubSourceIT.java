package io.drover.worker.source;

import static io.drover.worker.azure.ScriptedAzure.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.ScriptedAzure;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.FailureReason;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
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
    void everyDeviceOfEveryPageGetsAVerdict() throws Exception {
        try (ScriptedAzure azure = new ScriptedAzure(this::answer)) {
            Map<String, FailureReason> verdicts = new HashMap<>();

            await(source(azure, "tags.site = 'berlin'").eachPage(page -> {
                for (DiscoveredDevice device : page) {
                    verdicts.put(device.deviceId(), device.verdict());
                }
                return Future.succeededFuture();
            }));

            Map<String, FailureReason> expected = new HashMap<>();
            expected.put("ready", null);
            expected.put("also-ready", null);
            expected.put("disabled", FailureReason.BLOCKED);
            expected.put("edge", FailureReason.EDGE_DEVICE);
            expected.put("id@refused", FailureReason.ID_REFUSED_BY_DPS);
            expected.put("certificate", FailureReason.CREDENTIAL_UNSUPPORTED);
            expected.put("made-by-hand", FailureReason.CREDENTIAL_UNSUPPORTED);
            expected.put("of-another-hub", FailureReason.CREDENTIAL_UNSUPPORTED);
            assertThat(verdicts).isEqualTo(expected);
            assertThat(queries).allMatch(query -> query.endsWith(" FROM devices WHERE tags.site = 'berlin'"));
        }
    }

    @Test
    void connectedDevicesAreAskedForWithinTheSelection() throws Exception {
        try (ScriptedAzure azure = new ScriptedAzure(this::answer)) {
            List<String> ids = new ArrayList<>();

            await(source(azure, "tags.site = 'berlin' OR tags.site = 'bonn'").eachConnectedPage(page -> {
                ids.addAll(page);
                return Future.succeededFuture();
            }));

            assertThat(ids).hasSize(8);
            assertThat(queries)
                    .hasSize(2)
                    .allMatch(
                            query -> query.equals("SELECT deviceId FROM devices WHERE connectionState = 'Connected' AND"
                                    + " (tags.site = 'berlin' OR tags.site = 'bonn')"));
        }
    }

    private static HubSource source(ScriptedAzure azure, String condition) throws Exception {
        AzureHttp http = azure.http(ScriptedAzure.SECRET, new SimpleMeterRegistry());
        return new HubSource(
                new HubClient(http, HUB, "https://iothubs.example.test"),
                condition,
                new DpsClient(http, "dps.example.test", "https://dps.example.test"),
                List.of("trucks"),
                "DeviceMove");
    }

    private void answer(HttpServerRequest request) {
        boolean second = "more".equals(request.getHeader("x-ms-continuation"));
        if (!second) {
            request.response().putHeader("x-ms-continuation", "more");
        }
        if (request.path().equals("/devices/query")) {
            request.body().onSuccess(body -> {
                queries.add(body.toJsonObject().getString("query"));
                request.response().end(devices(second));
            });
        } else {
            assertThat(request.path()).isEqualTo("/registrations/trucks/query");
            request.response().end(registrations(second));
        }
    }

    private static Buffer devices(boolean second) {
        JsonArray page = second
                ? new JsonArray()
                        .add(device("certificate", "enabled", "selfSigned", false))
                        .add(device("made-by-hand", "enabled", "sas", false))
                        .add(device("of-another-hub", "enabled", "sas", false))
                        .add(device("also-ready", "enabled", "sas", false))
                : new JsonArray()
                        .add(device("ready", "enabled", "sas", false))
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
