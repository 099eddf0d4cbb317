package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.fleet.credential.SymmetricKeys;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Texts that are almost right, thrown at the emulated cloud over real sockets: no crash, no hang, no answer 500 and no stack trace to a
 * client. Each target has {@code drover.fuzz.seconds} (2), from {@code drover.fuzz.seed} on; a failure names the text.
 */
class FuzzIT {
    private static final Duration BUDGET = Duration.ofSeconds(Long.getLong("drover.fuzz.seconds", 2));
    private static final long SEED = Long.getLong("drover.fuzz.seed", 1);
    private static final String CENTRAL_VERSION = "?api-version=2022-07-31";
    private static final String HUB_VERSION = "?api-version=2021-04-12";
    private static final String DPS = "target-dps.azure-devices-provisioning.test";
    private static final String DPS_VERSION = "?api-version=2021-10-01";

    private static final List<String> QUERIES = List.of(
            "SELECT * FROM devices",
            "SELECT TOP 3 deviceId, tags.floor FROM devices WHERE tags.floor > 1 AND NOT (deviceId = 'd1' OR is_defined(tags.x))",
            "SELECT COUNT() AS n, status FROM devices GROUP BY status",
            "SELECT * FROM devices.jobs WHERE devices.jobs.jobId = 'j'",
            "SELECT * FROM devices WHERE deviceId IN ['d1','d2'] AND properties.reported.[[a-b]] <> 1.5e3");
    private static final List<String> FILTERS = List.of(
            "SELECT * FROM devices",
            "SELECT * FROM devices WHERE $template = \"dtmi:drover:truck;1\" AND $provisioned = true",
            "SELECT * FROM devices WHERE NOT ($simulated = true OR $id IN ['a', 'b']) AND temperature > -3.5");
    private static final List<String> BODIES = List.of(
            "{\"displayName\":\"x\",\"template\":\"dtmi:drover:truck;1\",\"enabled\":true,\"organizations\":[\"o\"]}",
            "{\"deviceId\":\"d1\",\"status\":\"enabled\",\"authentication\":{\"type\":\"sas\",\"symmetricKey\":{\"primaryKey\":\"a2V5\",\"secondaryKey\":\"a2V5\"}}}",
            "{\"tags\":{\"a\":{\"b\":[1,2,{}]}},\"properties\":{\"desired\":{\"x\":null}}}",
            "{\"enrollmentGroupId\":\"g\",\"attestation\":{\"type\":\"symmetricKey\",\"symmetricKey\":{}},\"reprovisionPolicy\":{}}",
            "{\"group\":\"all-devices\",\"batch\":{\"type\":\"number\",\"value\":1},\"data\":[{\"type\":\"command\",\"target\":\"t\",\"path\":\"a.b\",\"value\":{}}]}",
            "{\"methodName\":\"m\",\"payload\":1,\"responseTimeoutInSeconds\":5,\"connectTimeoutInSeconds\":0}",
            "{\"query\":\"SELECT * FROM devices\"}",
            "{\"template\":\"t\",\"prefix\":\"p\",\"count\":1,\"ids\":[]}",
            "{\"fault\":\"lost-ack\",\"share\":0,\"for\":\"1ms\"}",
            "[{\"id\":\"d1\",\"importMode\":\"create\",\"tags\":{}}]");
    private static final List<String> TOKENS = List.of(
            "SharedAccessSignature sr=target-hub.azure-devices.test&sig=c2ln&se=4102444800&skn=iothubowner",
            "SharedAccessSignature sr=0ne00000001%2Fregistrations%2Fd1&sig=c2ln&se=4102444800&skn=registration",
            "Bearer eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2ln");
    private static final List<String> USERS = List.of(
            "target-hub.azure-devices.test/d1/?api-version=2021-04-12&DeviceClientType=x",
            "target-hub.azure-devices.test/d1/m1/?api-version=2021-04-12",
            "0ne00000001/registrations/d1/api-version=2019-03-31&ClientVersion=x");
    private static final List<String> TOPICS = List.of(
            "devices/fuzzed/messages/events/a=b&%24.ct=application%2Fjson&$.mid=1",
            "$iothub/twin/GET/?$rid=1",
            "$iothub/twin/PATCH/properties/reported/?$rid=2&$version=1",
            "$iothub/methods/res/200/?$rid=1",
            "$dps/registrations/PUT/iotdps-register/?$rid=1");

    @TempDir
    static Path data;

    private static RunningCloud cloud;
    private static Context clientLoop;
    private static String central;
    private static String hub;
    private static String dps;

    private final TextMutator mutator = new TextMutator(SEED);
    private long end = System.nanoTime() + BUDGET.toNanos();

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        clientLoop = cloud.vertx().getOrCreateContext();
        central = "Bearer " + cloud.token("https://apps.azureiotcentral.test/.default");
        hub = "Bearer " + cloud.token("https://iothubs.azure.test/.default");
        dps = "Bearer " + cloud.token("https://azure-devices-provisioning.test/.default");
        cloud.targetHub(HttpMethod.PUT, "/devices/d1", new JsonObject().put("deviceId", "d1"));
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stopWhereNothingIsAsDocumented();
    }

    @AfterEach
    void itStillAnswers() throws Exception {
        assertThat(cloud.control(HttpMethod.GET, "/health/live", null).statusCode())
                .isEqualTo(200);
        assertThat(cloud.targetHub(HttpMethod.GET, "/statistics/devices", null).statusCode())
                .isEqualTo(200);
    }

    @Test
    void queriesOfTheHub() throws Exception {
        while (inTime()) {
            String query = mutator.of(QUERIES);
            send(HttpMethod.POST, RunningCloud.TARGET_HUB, "/devices/query" + HUB_VERSION, hub, json("query", query));
        }
    }

    @Test
    void filtersOfDeviceGroups() throws Exception {
        while (inTime()) {
            String body = new JsonObject()
                    .put("displayName", "fuzzed")
                    .put("filter", mutator.of(FILTERS))
                    .encode();
            HttpResponse<Buffer> made = send(
                    HttpMethod.PUT, RunningCloud.CENTRAL, "/api/deviceGroups/fuzzed" + CENTRAL_VERSION, central, body);
            if (made.statusCode() == 200) {
                String devices = "/api/deviceGroups/fuzzed/devices" + CENTRAL_VERSION;
                send(HttpMethod.GET, RunningCloud.CENTRAL, devices, central, null);
            }
        }
    }

    @Test
    void jsonBodies() throws Exception {
        List<String> centralPaths = List.of(
                "/api/devices/f1",
                "/api/deviceGroups/f1",
                "/api/deviceTemplates/dtmi:f:t;1",
                "/api/enrollmentGroups/f1",
                "/api/jobs/f1",
                "/api/scheduledJobs/f1",
                "/api/users/f1",
                "/api/roles/f1",
                "/api/apiTokens/f1",
                "/api/devices/f1/properties");
        List<String> hubPaths = List.of("/devices/f1", "/twins/d1", "/jobs/v2/f1", "/configurations/f1");
        List<String> dpsPaths = List.of("/enrollmentGroups/f1", "/enrollments/f1");
        for (int call = 0; inTime(); call++) {
            String body = mutator.of(BODIES);
            send(HttpMethod.PUT, RunningCloud.CENTRAL, at(centralPaths, call) + CENTRAL_VERSION, central, body);
            send(HttpMethod.PATCH, RunningCloud.CENTRAL, at(centralPaths, call) + CENTRAL_VERSION, central, body);
            send(HttpMethod.PUT, RunningCloud.TARGET_HUB, at(hubPaths, call) + HUB_VERSION, hub, body);
            send(HttpMethod.PATCH, RunningCloud.TARGET_HUB, "/twins/d1" + HUB_VERSION, hub, body);
            send(HttpMethod.POST, RunningCloud.TARGET_HUB, "/devices" + HUB_VERSION, hub, body);
            send(HttpMethod.POST, RunningCloud.TARGET_HUB, "/twins/d1/methods" + HUB_VERSION, hub, body);
            send(HttpMethod.PUT, DPS, at(dpsPaths, call) + DPS_VERSION, dps, body);
            send(HttpMethod.POST, DPS, "/enrollmentGroups" + DPS_VERSION, dps, body);
            control("/control/applications/" + RunningCloud.APPLICATION + "/devices", HttpMethod.POST, body);
            control("/control/faults/lost-ack", HttpMethod.PUT, body);
            control("/control/estate", HttpMethod.PUT, body);
        }
    }

    @Test
    void credentialsAndPaths() throws Exception {
        while (inTime()) {
            String token = header(mutator.of(TOKENS));
            String id = URLEncoder.encode(mutator.of(List.of("d1", "a/b", "d1?x=y")), StandardCharsets.UTF_8);
            String path = id.length() > 1_000 ? id.substring(0, 1_000) : id;
            send(HttpMethod.GET, RunningCloud.TARGET_HUB, "/devices/" + path + HUB_VERSION, token, null);
            send(HttpMethod.GET, DPS, "/enrollmentGroups/" + path + DPS_VERSION, token, null);
            send(HttpMethod.GET, RunningCloud.CENTRAL, "/api/devices/" + path + CENTRAL_VERSION, token, null);
            send(HttpMethod.GET, RunningCloud.CENTRAL, "/api/devices/" + path + CENTRAL_VERSION, central, null);
            send(HttpMethod.POST, RunningCloud.GLOBAL_PROVISIONING, "/0ne1/registrations/" + path, token, null);
        }
    }

    @Test
    void userNamesAndPasswordsOfDevices() throws Exception {
        while (inTime()) {
            MqttClient client = client(mutator.of(List.of("d1", "d1/m1")), mutator.of(USERS), mutator.of(TOKENS));
            cloud.await(connect(client).otherwiseEmpty());
            cloud.await(client.disconnect().otherwiseEmpty());
        }
    }

    @Test
    void topicsAndPayloadsOfDevices() throws Exception {
        String key = cloud.targetHub(HttpMethod.PUT, "/devices/fuzzed", new JsonObject().put("deviceId", "fuzzed"))
                .bodyAsJsonObject()
                .getJsonObject("authentication")
                .getJsonObject("symmetricKey")
                .getString("primaryKey");
        String host = RunningCloud.TARGET_HUB;
        end = System.nanoTime() + BUDGET.toNanos();
        MqttClient client = null;
        while (inTime()) {
            if (client == null || !client.isConnected()) {
                client = client(
                        "fuzzed",
                        host + "/fuzzed/?api-version=2021-04-12",
                        SymmetricKeys.hubToken(
                                host, "fuzzed", key, Instant.now().plusSeconds(600)));
                cloud.await(connect(client));
            }
            String topic = mutator.of(TOPICS).replaceAll("[#+\0]", "");
            topic = topic.substring(0, Math.min(topic.length(), 10_000));
            if (topic.isEmpty() || topic.getBytes(StandardCharsets.UTF_8).length > 60_000) {
                continue;
            }
            Buffer payload = Buffer.buffer(mutator.of(BODIES));
            publish(client, topic, payload);
        }
    }

    private boolean inTime() {
        return System.nanoTime() < end;
    }

    private static String at(List<String> paths, int call) {
        return paths.get(call % paths.size());
    }

    private static String json(String key, String value) {
        return new JsonObject().put(key, value).encode();
    }

    /** What an HTTP client lets through in a header. */
    private static String header(String text) {
        String printable = text.replaceAll("[^ -~]", "");
        return printable.substring(0, Math.min(printable.length(), 4_000));
    }

    private static HttpResponse<Buffer> send(
            HttpMethod method, String host, String path, String authorization, String body) throws Exception {
        HttpRequest<Buffer> request = cloud.request(method, host, path)
                .putHeader("authorization", authorization)
                .putHeader("content-type", "application/json");
        return checked(
                method + " " + host + path + " " + authorization + " " + body,
                body == null ? request.send() : request.sendBuffer(Buffer.buffer(body)));
    }

    private static void control(String path, HttpMethod method, String body) throws Exception {
        checked(
                method + " " + path + " " + body,
                cloud.controlRequest(method, path).sendBuffer(Buffer.buffer(body)));
    }

    private static HttpResponse<Buffer> checked(String what, Future<HttpResponse<Buffer>> answering) throws Exception {
        HttpResponse<Buffer> answer;
        try {
            answer = cloud.await(answering);
        } catch (ExecutionException broken) {
            throw new AssertionError("no answer to " + what, broken);
        }
        String body = String.valueOf(answer.bodyAsString());
        assertThat(answer.statusCode()).as("%s -> %s", what, body).isNotEqualTo(500);
        assertThat(body).as(what).doesNotContain("\tat ").doesNotContain("java.lang.");
        return answer;
    }

    private static MqttClient client(String id, String user, String password) {
        MqttClientOptions options = new MqttClientOptions()
                .setClientId(shortened(id))
                .setUsername(shortened(user))
                .setPassword(shortened(password));
        options.setSsl(true)
                .setTrustOptions(new PemTrustOptions()
                        .addCertPath(cloud.ports().caCertificate().toString()))
                .setHostnameVerificationAlgorithm("");
        return MqttClient.create(cloud.vertx(), options);
    }

    /**
     * The hub may close the connection for what it got before; then there is nothing to publish on. On the client's own event loop, as
     * Vert.x forgets what another thread writes while a connection is being closed, and never completes its future.
     */
    private static void publish(MqttClient client, String topic, Buffer payload) throws Exception {
        cloud.await(onClientLoop(() -> client.publish(topic, payload, MqttQoS.AT_MOST_ONCE, false, false))
                .otherwiseEmpty());
    }

    private static Future<?> connect(MqttClient client) {
        return onClientLoop(() -> client.connect(cloud.ports().mqtt(), CloudOptions.HOST, RunningCloud.TARGET_HUB));
    }

    private static <T> Future<T> onClientLoop(Supplier<Future<T>> call) {
        Promise<T> done = Promise.promise();
        clientLoop.runOnContext(
                now -> Future.succeededFuture().compose(go -> call.get()).onComplete(done));
        return done.future();
    }

    private static String shortened(String text) {
        return text.substring(0, Math.min(text.length(), 8_000));
    }
}
