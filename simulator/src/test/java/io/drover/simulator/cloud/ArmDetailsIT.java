package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The resource manager beyond lists and keys. */
@Timeout(60)
class ArmDetailsIT {
    private static final String DEVICES = "/providers/Microsoft.Devices";
    private static final String HUB = "/resourceGroups/rehearsal" + DEVICES + "/IotHubs/target-hub";
    private static final String HUB_VERSION = "2023-06-30";

    @TempDir
    static Path data;

    private static RunningCloud cloud;

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        cloud.targetHub(HttpMethod.PUT, "/devices/on", new JsonObject().put("deviceId", "on"));
        cloud.targetHub(
                HttpMethod.PUT,
                "/devices/off",
                new JsonObject().put("deviceId", "off").put("status", "disabled"));
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stop();
    }

    @Test
    void aHubTellsItsQuotaStatisticsAndSizes() throws Exception {
        JsonObject metrics =
                call(HttpMethod.GET, HUB + "/quotaMetrics", HUB_VERSION, null).bodyAsJsonObject();
        assertThat(metrics.getJsonArray("value"))
                .contains(new JsonObject()
                        .put("name", "TotalDeviceCount")
                        .put("currentValue", 2)
                        .put("maxValue", 1_000_000));
        assertThat(call(HttpMethod.GET, HUB.toLowerCase(java.util.Locale.ROOT) + "/iothubstats", HUB_VERSION, null)
                        .bodyAsJsonObject())
                .isEqualTo(new JsonObject()
                        .put("totalDeviceCount", 2)
                        .put("enabledDeviceCount", 1)
                        .put("disabledDeviceCount", 1));
        assertThat(
                        call(HttpMethod.GET, HUB + "/skus", HUB_VERSION, null)
                                .bodyAsJsonObject()
                                .getJsonArray("value")
                                .stream()
                                .map(sku ->
                                        ((JsonObject) sku).getJsonObject("sku").getString("name")))
                .containsExactly("S1", "S2", "S3");
        assertThat(call(HttpMethod.GET, HUB + "-not/quotaMetrics", HUB_VERSION, null)
                        .statusCode())
                .isEqualTo(404);
        assertThat(call(HttpMethod.GET, HUB + "/quotaMetrics", "2020-01-01", null)
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void consumerGroupsAreCreatedListedAndDeletedButNotTheDefault() throws Exception {
        String groups = HUB + "/eventHubEndpoints/events/ConsumerGroups";

        assertThat(call(HttpMethod.PUT, groups + "/drover", HUB_VERSION, consumerGroup("drover"))
                        .bodyAsJsonObject()
                        .getString("name"))
                .isEqualTo("drover");
        assertThat(call(HttpMethod.GET, groups, HUB_VERSION, null).bodyAsJsonObject().getJsonArray("value").stream()
                        .map(one -> ((JsonObject) one).getString("name")))
                .containsExactly("$Default", "drover");
        assertThat(call(HttpMethod.PUT, groups + "/bad!name", HUB_VERSION, consumerGroup("bad!name"))
                        .bodyAsJsonObject()
                        .getString("httpStatusCode"))
                .isEqualTo("BadRequest");
        assertThat(call(HttpMethod.DELETE, groups + "/drover", HUB_VERSION, null)
                        .statusCode())
                .isEqualTo(200);
        assertThat(call(HttpMethod.GET, groups + "/drover", HUB_VERSION, null)
                        .bodyAsJsonObject()
                        .getString("code"))
                .isEqualTo("404001");
        assertThat(call(HttpMethod.DELETE, groups + "/%24Default", HUB_VERSION, null)
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void aCallerIsToldWhatItMayDoWithAResource() throws Exception {
        String permissions = "/providers/Microsoft.Authorization/permissions";

        JsonArray all = call(HttpMethod.GET, HUB + permissions, "2022-04-01", null)
                .bodyAsJsonObject()
                .getJsonArray("value");

        assertThat(all)
                .contains(new JsonObject()
                        .put("actions", new JsonArray().add("*/read"))
                        .put("notActions", new JsonArray())
                        .put("dataActions", new JsonArray())
                        .put("notDataActions", new JsonArray()))
                .anySatisfy(one -> assertThat(((JsonObject) one).getJsonArray("dataActions"))
                        .containsExactly("Microsoft.Devices/IotHubs/*"));
        assertThat(call(HttpMethod.GET, HUB + "-not" + permissions, "2022-04-01", null)
                        .statusCode())
                .isEqualTo(404);
        assertThat(call(HttpMethod.GET, HUB + permissions, HUB_VERSION, null).statusCode())
                .isEqualTo(400);
    }

    @Test
    void namesInUseAreNotAvailable() throws Exception {
        assertThat(check("/Microsoft.Devices/checkNameAvailability", HUB_VERSION, "target-hub")
                        .getString("reason"))
                .isEqualTo("AlreadyExists");
        assertThat(check("/Microsoft.Devices/checkNameAvailability", HUB_VERSION, "fresh-hub")
                        .getBoolean("nameAvailable"))
                .isTrue();
        assertThat(check("/Microsoft.Devices/checkProvisioningServiceNameAvailability", "2022-02-05", "TARGET-DPS")
                        .getBoolean("nameAvailable"))
                .isFalse();
        assertThat(check("/Microsoft.IoTCentral/checkSubdomainAvailability", "2021-06-01", "a_b")
                        .getString("reason"))
                .isEqualTo("Invalid");
        assertThat(call(
                                HttpMethod.POST,
                                "/providers/Microsoft.Devices/checkNameAvailability",
                                HUB_VERSION,
                                new JsonObject())
                        .bodyAsJsonObject()
                        .getJsonObject("error")
                        .getString("code"))
                .isEqualTo("InvalidRequestContent");
    }

    private static JsonObject consumerGroup(String name) {
        return new JsonObject().put("properties", new JsonObject().put("name", name));
    }

    private static JsonObject check(String path, String version, String name) throws Exception {
        HttpResponse<Buffer> answer =
                call(HttpMethod.POST, "/providers" + path, version, new JsonObject().put("name", name));
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.bodyAsJsonObject();
    }

    private static HttpResponse<Buffer> call(HttpMethod method, String path, String version, JsonObject body)
            throws Exception {
        return cloud.send(
                method,
                "management.azure.test",
                "/subscriptions/" + RunningCloud.SUBSCRIPTION + path + "?api-version=" + version,
                "Bearer " + cloud.token("https://management.azure.test/.default"),
                body);
    }
}
