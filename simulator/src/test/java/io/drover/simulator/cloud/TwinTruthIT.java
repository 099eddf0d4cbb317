package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code /control/twins} tells of devices at both ends of a move. */
@Timeout(60)
class TwinTruthIT {
    private static final String MODEL = "dtmi:drover:pump;1";

    @TempDir
    static Path data;

    private static RunningCloud cloud;

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        for (int i = 0; i < 5; i++) {
            cloud.addDevice("page-" + i);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stop();
    }

    @Test
    void bothEndsOfADeviceStandSideBySide() throws Exception {
        // Given: a device with properties in the application and a twin at the hub
        JsonObject model = new JsonObject()
                .put("@id", "dtmi:drover:pumpModel;1")
                .put("@type", "Interface")
                .put("displayName", "pump")
                .put(
                        "contents",
                        new JsonArray()
                                .add(property("speed", "Property").put("writable", true))
                                .add(property("owner", "Cloud")));
        ok(cloud.central(
                HttpMethod.PUT,
                "/api/deviceTemplates/" + MODEL,
                new JsonObject()
                        .put("@id", MODEL)
                        .put("@type", new JsonArray().add("ModelDefinition").add("DeviceModel"))
                        .put("displayName", "pump")
                        .put("capabilityModel", model)));
        ok(cloud.central(
                HttpMethod.PUT,
                "/api/devices/pump-1",
                new JsonObject().put("displayName", "Pump one").put("template", MODEL)));
        ok(cloud.central(
                HttpMethod.PATCH,
                "/api/devices/pump-1/properties",
                new JsonObject().put("speed", 3).put("owner", 7)));
        cloud.targetHub(HttpMethod.PUT, "/devices/pump-1", new JsonObject().put("deviceId", "pump-1"));
        JsonObject tags = new JsonObject().put("site", "north");
        ok(cloud.targetHub(
                HttpMethod.PATCH,
                "/twins/pump-1",
                new JsonObject()
                        .put("tags", tags)
                        .put("properties", new JsonObject().put("desired", new JsonObject().put("speed", 3)))));

        // When
        JsonArray places =
                twins("?device=pump-1").getJsonArray("devices").getJsonObject(0).getJsonArray("places");

        // Then
        assertThat(places)
                .containsExactly(
                        new JsonObject()
                                .put("kind", "application")
                                .put("name", RunningCloud.APPLICATION)
                                .put("enabled", true)
                                .put("displayName", "Pump one")
                                .put("template", MODEL)
                                .put("organizations", new JsonArray())
                                .put("provisioned", false)
                                .put("simulated", false)
                                .put("cloudProperties", new JsonObject().put("owner", 7))
                                .put("tags", new JsonObject())
                                .put("desired", new JsonObject().put("speed", 3))
                                .put("reported", new JsonObject()),
                        new JsonObject()
                                .put("kind", "hub")
                                .put("name", "target-hub")
                                .put("enabled", true)
                                .put("tags", tags)
                                .put("desired", new JsonObject().put("speed", 3))
                                .put("reported", new JsonObject()));
    }

    @Test
    void pagesLeadThroughTheDevicesOfAllPlacesEachOnce() throws Exception {
        for (int i = 3; i < 8; i++) {
            String id = "page-" + i;
            cloud.targetHub(HttpMethod.PUT, "/devices/" + id, new JsonObject().put("deviceId", id));
        }
        List<String> ids = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        String after = "page";
        while (after != null) {
            JsonObject page = twins("?max=3&after=" + after);
            for (Object each : page.getJsonArray("devices")) {
                JsonObject device = (JsonObject) each;
                if (device.getString("deviceId").startsWith("page-")) {
                    ids.add(device.getString("deviceId"));
                    places.add(device.getJsonArray("places").size());
                }
            }
            after = page.getString("after");
        }

        assertThat(ids).containsExactly("page-0", "page-1", "page-2", "page-3", "page-4", "page-5", "page-6", "page-7");
        assertThat(places).containsExactly(1, 1, 1, 2, 2, 1, 1, 1);
        assertThat(cloud.control(HttpMethod.GET, "/control/twins?max=1001", null)
                        .statusCode())
                .isEqualTo(400);
    }

    private static JsonObject property(String name, String type) {
        return new JsonObject()
                .put(
                        "@type",
                        type.equals("Cloud") ? new JsonArray().add("Property").add("Cloud") : type)
                .put("name", name)
                .put("schema", "integer");
    }

    private static JsonObject twins(String query) throws Exception {
        return cloud.control(HttpMethod.GET, "/control/twins" + query, null).bodyAsJsonObject();
    }

    private static void ok(HttpResponse<Buffer> answer) {
        assertThat(answer.statusCode()).as(answer.bodyAsString()).isBetween(200, 202);
    }
}
