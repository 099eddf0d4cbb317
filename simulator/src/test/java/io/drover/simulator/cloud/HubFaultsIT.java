package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.simulator.fleet.credential.SymmetricKeys;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import java.nio.file.Path;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What watchers of a hub see under each fault, and what a client meets before any request; the listeners stand behind gates. */
@Timeout(120)
class HubFaultsIT {
    private static final Pattern TELEMETRY =
            Pattern.compile("drover_cloud_hub_telemetry_total\\{home=\"target\",?} (\\d+)");

    @TempDir
    static Path data;

    private static RunningCloud cloud;

    @BeforeAll
    static void start() throws Exception {
        CloudOptions options = CloudOptions.ephemeral(data).withTimeCompression(10);
        cloud = new RunningCloud(options.withFaults(options.faults(), true));
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stopWhereNothingIsAsDocumented();
    }

    @AfterEach
    void repair() throws Exception {
        cloud.noFaults();
    }

    @Test
    void theHubTellsAConnectionStateOfAWhileAgo() throws Exception {
        // Given
        String key = identity("stale");
        cloud.fault("stale-connection-state", new JsonObject().put("delay", "1h"));

        // When
        MqttClient device = connect("stale", key);

        // Then
        assertThat(row("stale").getString("connectionState")).isEqualTo("Disconnected");
        assertThat(cloud.targetHub(HttpMethod.GET, "/devices/stale", null)
                        .bodyAsJsonObject()
                        .getString("connectionState"))
                .isEqualTo("Disconnected");
        cloud.noFaults();
        assertThat(row("stale").getString("connectionState")).isEqualTo("Connected");
        cloud.await(device.disconnect());
    }

    @Test
    void aQueryDoesNotKnowNewDevicesYet() throws Exception {
        String key = identity("new-here");
        cloud.fault("delayed-query", new JsonObject().put("delay", "1h"));

        MqttClient device = connect("new-here", key);

        assertThat(rows())
                .noneMatch(row -> ((JsonObject) row).getString("deviceId").equals("new-here"));
        cloud.noFaults();
        assertThat(rows())
                .anyMatch(row -> ((JsonObject) row).getString("deviceId").equals("new-here"));
        cloud.await(device.disconnect());
    }

    @Test
    void telemetryStandsTwiceOrComesLateOrNotInOrder() throws Exception {
        MqttClient device = connect("telling", identity("telling"));
        long before = telemetry();

        cloud.fault("telemetry-duplicated", null);
        tell(device, "telling");
        cloud.until(() -> telemetry() == before + 2);
        cloud.noFaults();

        cloud.fault("telemetry-late", new JsonObject().put("delay", "1h"));
        tell(device, "telling");
        cloud.until(() -> cloud.injected("telemetry-late") == 1);
        assertThat(telemetry()).isEqualTo(before + 2);
        cloud.noFaults();

        cloud.fault("telemetry-out-of-order", new JsonObject().put("delay", "1h"));
        tell(device, "telling");
        cloud.until(() -> cloud.injected("telemetry-out-of-order") == 1);
        assertThat(telemetry()).isEqualTo(before + 2);
        tell(device, "telling");
        cloud.until(() -> telemetry() == before + 4);
        cloud.await(device.disconnect());
    }

    @Test
    void aHalfOpenConnectionIsAcceptedAndNeverAnswered() throws Exception {
        cloud.fault(
                "half-open-connection",
                new JsonObject().put("count", 1).put("every", 0).put("service", "https"));
        WebClient client = freshClient();

        assertThatThrownBy(() -> get(client, 1_500)).hasMessageContaining("timeout");
        client.close();

        assertThat(get(freshClient(), 20_000).statusCode()).isEqualTo(200);
    }

    @Test
    void aHandshakeBeginsLate() throws Exception {
        cloud.fault("slow-handshake", new JsonObject().put("delay", "1s").put("service", "https"));
        WebClient client = freshClient();
        long started = System.nanoTime();

        HttpResponse<Buffer> answer = get(client, 20_000);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(1_000_000_000L);
    }

    @Test
    void anExpiredCertificateIsRefusedByClientsWhileItIsShown() throws Exception {
        cloud.fault("expired-certificate", new JsonObject().put("for", "1h"));

        assertThatThrownBy(() -> get(freshClient(), 20_000)).hasStackTraceContaining("NotAfter");
        assertThatThrownBy(() -> connect("stale", "a2V5")).hasStackTraceContaining("NotAfter");
        cloud.noFaults();

        assertThat(get(freshClient(), 20_000).statusCode()).isEqualTo(200);
    }

    private static WebClient freshClient() {
        return WebClient.create(
                cloud.vertx(),
                new WebClientOptions()
                        .setSsl(true)
                        .setTrustOptions(new PemTrustOptions()
                                .addCertPath(cloud.ports().caCertificate().toString())));
    }

    private static HttpResponse<Buffer> get(WebClient client, long timeout) throws Exception {
        return cloud.await(client.request(
                        HttpMethod.GET,
                        SocketAddress.inetSocketAddress(cloud.ports().https(), CloudOptions.HOST),
                        443,
                        RunningCloud.LOGIN,
                        "/" + RunningCloud.TENANT + "/v2.0/.well-known/openid-configuration")
                .timeout(timeout)
                .send());
    }

    /** A new identity at the target hub; answers its key. */
    private static String identity(String id) throws Exception {
        return cloud.targetHub(HttpMethod.PUT, "/devices/" + id, new JsonObject().put("deviceId", id))
                .bodyAsJsonObject()
                .getJsonObject("authentication")
                .getJsonObject("symmetricKey")
                .getString("primaryKey");
    }

    private static MqttClient connect(String id, String key) throws Exception {
        String hub = RunningCloud.TARGET_HUB;
        MqttClientOptions options = new MqttClientOptions()
                .setClientId(id)
                .setUsername(hub + "/" + id + "/?api-version=2021-04-12")
                .setPassword(SymmetricKeys.hubToken(hub, id, key, Instant.now().plusSeconds(600)));
        options.setSsl(true)
                .setTrustOptions(new PemTrustOptions()
                        .addCertPath(cloud.ports().caCertificate().toString()))
                .setHostnameVerificationAlgorithm("");
        MqttClient client = MqttClient.create(cloud.vertx(), options);
        cloud.await(client.connect(cloud.ports().mqtt(), CloudOptions.HOST, hub));
        return client;
    }

    private static void tell(MqttClient device, String id) throws Exception {
        cloud.await(device.publish(
                "devices/" + id + "/messages/events/", Buffer.buffer("{}"), MqttQoS.AT_LEAST_ONCE, false, false));
    }

    private static long telemetry() throws Exception {
        Matcher count = TELEMETRY.matcher(
                cloud.control(HttpMethod.GET, "/metrics", null).bodyAsString().replace(".0\n", "\n"));
        assertThat(count.find()).isTrue();
        return Long.parseLong(count.group(1));
    }

    private static JsonObject row(String id) throws Exception {
        return rows().stream()
                .map(JsonObject.class::cast)
                .filter(row -> row.getString("deviceId").equals(id))
                .findFirst()
                .orElseThrow();
    }

    private static JsonArray rows() throws Exception {
        return cloud.targetHub(
                        HttpMethod.POST, "/devices/query", new JsonObject().put("query", "SELECT * FROM devices"))
                .bodyAsJsonArray();
    }
}
