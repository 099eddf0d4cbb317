package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The control API and its page, over HTTP. */
@Timeout(120)
class ControlIT {
    private static final String DEVICES = "/control/applications/" + RunningCloud.APPLICATION + "/devices";
    private static final String TRUTH = "/control/truth?application=" + RunningCloud.APPLICATION;

    @TempDir
    Path data;

    private RunningCloud cloud;

    @BeforeEach
    void start() throws Exception {
        cloud = new RunningCloud(data);
    }

    @AfterEach
    void stop() throws Exception {
        cloud.stop();
    }

    @Test
    void manyDevicesAreMadeByPrefixAndCountAndTheTruthOfOneCanBeAsked() throws Exception {
        JsonObject bulk = new JsonObject()
                .put("template", RunningCloud.TEMPLATE)
                .put("prefix", "truck-")
                .put("from", 7)
                .put("count", 20_000);

        HttpResponse<Buffer> made = cloud.control(HttpMethod.POST, DEVICES, bulk);
        HttpResponse<Buffer> again = cloud.control(HttpMethod.POST, DEVICES, bulk.put("count", 20_001));

        assertThat(made.bodyAsJsonObject().getInteger("created")).isEqualTo(20_000);
        assertThat(again.bodyAsJsonObject().getInteger("created")).isEqualTo(1);
        JsonObject truth = cloud.control(HttpMethod.GET, TRUTH + "&device=truck-020006", null)
                .bodyAsJsonObject();
        assertThat(truth.getString("deviceId")).isEqualTo("truck-020006");
        assertThat(truth.getJsonArray("commands")).isEmpty();
        assertThat(cloud.control(HttpMethod.GET, TRUTH + "&device=truck-000006", null)
                        .statusCode())
                .isEqualTo(404);
        assertThat(cloud.control(HttpMethod.GET, TRUTH, null).bodyAsString().lines())
                .hasSize(20_001);
    }

    @Test
    void everyMistakeOfAListOfDevicesIsNamed() throws Exception {
        HttpResponse<Buffer> refused = cloud.control(
                HttpMethod.POST,
                DEVICES,
                new JsonObject()
                        .put("template", 1)
                        .put("prefix", "a/b")
                        .put("count", 0)
                        .put("from", -1)
                        .put("colour", "red"));

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.getHeader("content-type")).isEqualTo("application/problem+json");
        assertThat(refused.bodyAsJsonObject().getJsonArray("mistakes"))
                .containsExactly(
                        "colour: unknown key; the keys here are template, simulated, ids, prefix, from, count",
                        "template: must be a text",
                        "prefix: must be a text that can begin a device id",
                        "count: must be a whole number from 1 to 1000000",
                        "from: must be a whole number from 0 to 998999999");
    }

    @Test
    void aResetLeavesAnEmptyWorldWithoutDevicesOrFaults() throws Exception {
        SourceDevice device = SourceDevice.connect(cloud, "left-over");
        cloud.fault("lost-ack", null);

        assertThat(cloud.control(HttpMethod.POST, "/control/reset", null).statusCode())
                .isEqualTo(204);

        cloud.until(() -> !device.mqtt().isConnected());
        JsonObject state = cloud.control(HttpMethod.GET, "/control/state", null).bodyAsJsonObject();
        assertThat(state.getJsonObject("hubs")).isEmpty();
        assertThat(state.getJsonArray("homes")).isEmpty();
        assertThat(cloud.control(HttpMethod.GET, "/control/faults", null)
                        .bodyAsJsonObject()
                        .getJsonArray("on"))
                .isEmpty();
        assertThat(cloud.control(HttpMethod.GET, "/health/ready", null).statusCode())
                .isEqualTo(503);
    }

    @Test
    void anEstateBringsItsFaultsAndAMistakeInOneKeepsAllOfItOut() throws Exception {
        JsonObject estate = new JsonObject().put("tenantId", RunningCloud.TENANT);

        HttpResponse<Buffer> refused = cloud.control(
                HttpMethod.PUT,
                "/control/estate",
                estate.copy()
                        .put("hubs", new JsonArray().add(new JsonObject().put("name", "one-more")))
                        .put("faults", new JsonArray().add(new JsonObject().put("fault", "lost-sleep"))));
        HttpResponse<Buffer> taken = cloud.control(
                HttpMethod.PUT,
                "/control/estate",
                estate.copy().put("faults", new JsonArray().add(new JsonObject().put("fault", "lost-ack"))));

        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.bodyAsJsonObject().getString("detail"))
                .contains("faults[0].fault: there is no fault 'lost-sleep'");
        assertThat(taken.statusCode()).isEqualTo(204);
        JsonObject faults =
                cloud.control(HttpMethod.GET, "/control/faults", null).bodyAsJsonObject();
        assertThat(faults.getJsonArray("on").getJsonObject(0).getString("name")).isEqualTo("lost-ack");
        assertThat(cloud.control(HttpMethod.GET, "/control/state", null).bodyAsString())
                .doesNotContain("one-more");
    }

    @Test
    void theStateTellsWhereEverythingListensAndUnderWhichNames() throws Exception {
        JsonObject state = cloud.control(HttpMethod.GET, "/control/state", null).bodyAsJsonObject();

        assertThat(state.getJsonArray("hosts"))
                .contains(
                        "127.0.0.1 " + RunningCloud.LOGIN,
                        "127.0.0.1 " + RunningCloud.CENTRAL,
                        "127.0.0.1 " + RunningCloud.GLOBAL_PROVISIONING,
                        "127.0.0.1 " + RunningCloud.TARGET_HUB,
                        "127.0.0.1 ihsuprod-target-hub.servicebus.test");
        assertThat(String.join(
                        "\n",
                        state.getJsonArray("connectTo").stream()
                                .map(String.class::cast)
                                .toList()))
                .contains("port: " + cloud.ports().https())
                .contains("trustedCa: " + cloud.ports().caCertificate());
    }

    @Test
    void thePageLoadsNothingFromElsewhereAndAsksForNothingThatIsNotThere() throws Exception {
        HttpResponse<Buffer> page = cloud.control(HttpMethod.GET, "/", null);
        String script = cloud.control(HttpMethod.GET, "/page.js", null).bodyAsString();
        HttpResponse<Buffer> style = cloud.control(HttpMethod.GET, "/page.css", null);

        assertThat(page.getHeader("content-security-policy")).contains("default-src 'none'", "script-src 'self'");
        assertThat(page.bodyAsString()).doesNotContain("http:", "https:", "style=", "onclick");
        assertThat(script).doesNotContain("innerHTML", "http:", "https:");
        assertThat(style.getHeader("content-type")).startsWith("text/css");
        for (String id : matches(script, "byId\\('([a-z]+)'\\)")) {
            assertThat(page.bodyAsString()).contains("id=\"" + id + "\"");
        }
        for (String part : new String[] {"state", "faults", "quotas", "counters", "changes"}) {
            assertThat(cloud.control(HttpMethod.GET, "/control/" + part, null).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void anotherPagesScriptCannotDriveTheCloud() throws Exception {
        HttpResponse<Buffer> foreign = cloud.await(cloud.controlRequest(HttpMethod.POST, "/control/reset")
                .putHeader("origin", "http://example.org")
                .send());

        assertThat(foreign.statusCode()).isEqualTo(403);
        assertThat(cloud.control(HttpMethod.GET, "/health/ready", null).statusCode())
                .isEqualTo(200);
    }

    private static String[] matches(String text, String expression) {
        return Pattern.compile(expression)
                .matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toArray(String[]::new);
    }
}
