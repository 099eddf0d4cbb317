package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.tls.DeviceCertificates;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code /control/changes} counts, resource by resource. */
@Timeout(60)
class ChangesIT {
    private static final String ARM_DPS = "/subscriptions/" + RunningCloud.SUBSCRIPTION
            + "/resourceGroups/rehearsal/providers/Microsoft.Devices/provisioningServices/target-dps";
    private static final String ARM_SCOPE = "https://management.azure.test/.default";

    @TempDir
    static Path data;

    private static RunningCloud cloud;

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stopWhereNothingIsAsDocumented();
    }

    @Test
    void eachChangeCountsForTheResourceThatItChanged() throws Exception {
        Map<String, Long> before = changes();

        cloud.central(HttpMethod.PUT, "/api/devices/counted", new JsonObject());
        cloud.central(HttpMethod.POST, "/api/devices/counted/commands/none", new JsonObject());
        cloud.targetHub(HttpMethod.PUT, "/devices/counted", new JsonObject().put("deviceId", "counted"));
        cloud.targetHub(HttpMethod.PATCH, "/twins/counted", new JsonObject().put("tags", new JsonObject()));
        cloud.targetDps(HttpMethod.PUT, "/enrollmentGroups/counted", group());
        arm(HttpMethod.PUT, "/certificates/counted", certificate());

        assertThat(difference(before))
                .containsOnly(
                        Map.entry(RunningCloud.CENTRAL, 1L),
                        Map.entry(RunningCloud.TARGET_HUB, 2L),
                        Map.entry(RunningCloud.TARGET_DPS, 1L),
                        Map.entry(ARM_DPS.toLowerCase(Locale.ROOT), 1L));
    }

    @Test
    void whatIsReadOrRefusedOrDoneByDevicesOrByTheControlApiChangesNothing() throws Exception {
        cloud.targetDps(HttpMethod.PUT, "/enrollmentGroups/kept", group());
        String idScope = cloud.targetIdScope();
        Map<String, Long> before = changes();

        cloud.central(HttpMethod.GET, "/api/devices", null);
        cloud.central(HttpMethod.PUT, "/api/devices/refused", new JsonObject().put("template", "none"));
        cloud.targetHub(HttpMethod.POST, "/devices/query", new JsonObject().put("query", "SELECT * FROM devices"));
        cloud.targetDps(HttpMethod.POST, "/enrollmentGroups/query", new JsonObject().put("query", "*"));
        cloud.targetDps(HttpMethod.POST, "/enrollmentGroups/kept/attestationmechanism", null);
        cloud.targetDps(HttpMethod.PUT, "/enrollmentGroups/kept", group());
        arm(HttpMethod.POST, "/listkeys", null);
        cloud.addDevice("by-control");
        assertThat(cloud.registerByCertificate(DeviceCertificates.selfSigned("stranger"), idScope, "stranger")
                        .statusCode())
                .isEqualTo(401);

        assertThat(difference(before)).isEmpty();
    }

    @Test
    void aBulkOfWhichSomeFailedAndACallWhoseAnswerIsLostCount() throws Exception {
        Map<String, Long> before = changes();
        JsonArray items = new JsonArray()
                .add(new JsonObject().put("id", "bulk-1").put("importMode", "create"))
                .add(new JsonObject().put("id", "never").put("importMode", "delete"));
        JsonArray failing =
                new JsonArray().add(new JsonObject().put("id", "never").put("importMode", "delete"));
        cloud.fault("executed-then-504", new JsonObject().put("operation", "PUT /devices/*"));

        assertThat(bulk(items).statusCode()).isEqualTo(400);
        assertThat(bulk(failing).statusCode()).isEqualTo(400);
        assertThat(cloud.targetHub(HttpMethod.PUT, "/devices/lost", new JsonObject().put("deviceId", "lost"))
                        .statusCode())
                .isEqualTo(504);
        cloud.noFaults();

        assertThat(difference(before)).containsOnly(Map.entry(RunningCloud.TARGET_HUB, 2L));
    }

    private static HttpResponse<Buffer> bulk(JsonArray items) throws Exception {
        return cloud.await(cloud.request(HttpMethod.POST, RunningCloud.TARGET_HUB, "/devices?api-version=2021-04-12")
                .putHeader("authorization", "Bearer " + cloud.token("https://iothubs.azure.test/.default"))
                .sendJson(items));
    }

    private static JsonObject group() {
        return new JsonObject().put("attestation", new JsonObject().put("type", "symmetricKey"));
    }

    private static JsonObject certificate() throws Exception {
        return new JsonObject()
                .put("certificate", DeviceCertificates.root("counted").pem());
    }

    private static void arm(HttpMethod method, String path, JsonObject body) throws Exception {
        HttpResponse<Buffer> answer = cloud.send(
                method,
                "management.azure.test",
                ARM_DPS + path + "?api-version=2022-02-05",
                "Bearer " + cloud.token(ARM_SCOPE),
                body);
        assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(200);
    }

    private static Map<String, Long> changes() throws Exception {
        JsonObject resources = cloud.control(HttpMethod.GET, "/control/changes", null)
                .bodyAsJsonObject()
                .getJsonObject("resources");
        return resources.fieldNames().stream().collect(Collectors.toMap(Function.identity(), resources::getLong));
    }

    private static Map<String, Long> difference(Map<String, Long> before) throws Exception {
        return changes().entrySet().stream()
                .filter(entry -> !entry.getValue().equals(before.getOrDefault(entry.getKey(), 0L)))
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue() - before.getOrDefault(entry.getKey(), 0L)));
    }
}
