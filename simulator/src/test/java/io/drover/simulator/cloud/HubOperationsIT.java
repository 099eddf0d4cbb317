package io.drover.simulator.cloud;

import static io.drover.simulator.cloud.OperationsWalk.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.azure.sdk.iot.service.ProxyOptions;
import com.microsoft.azure.sdk.iot.service.messaging.DeliveryAcknowledgement;
import com.microsoft.azure.sdk.iot.service.messaging.IotHubServiceClientProtocol;
import com.microsoft.azure.sdk.iot.service.messaging.Message;
import com.microsoft.azure.sdk.iot.service.messaging.MessagingClient;
import com.microsoft.azure.sdk.iot.service.messaging.MessagingClientOptions;
import com.microsoft.azure.sdk.iot.service.messaging.SendResult;
import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.fleet.sdk.ConnectToSslContext;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.mqtt.MqttClient;
import io.vertx.mqtt.MqttClientOptions;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every operation of the document of the hub's service API. */
@Timeout(90)
class HubOperationsIT {
    private static final String DEVICE = "/devices/walker";
    private static final String MODULE = DEVICE + "/modules/legs";
    private static final String TWIN = "/twins/walker";

    @TempDir
    Path data;

    private RunningCloud cloud;
    private OperationsWalk walk;

    @Test
    void everyOperationIsGrantedAndRefusedAsSaidAndTheRestIsNotFound() throws Exception {
        cloud = new RunningCloud(data);
        walk = new OperationsWalk(
                cloud,
                RunningCloud.TARGET_HUB,
                "https://iothubs.azure.test",
                path -> "2021-04-12",
                "iothub-service-2021-04-12");

        walk.strangersAreRefused(answer -> assertCode(answer, "IotHubUnauthorized"));
        walk.anUnknownVersionIsRefused(answer -> assertCode(answer, "ArgumentInvalid"));
        walk.whatIsNotThereIsNotFound(HubOperationsIT::assertShape);
        registry();
        twins();
        methods();
        feedback();
        jobs();
        deletions();

        walk.end();
    }

    private void registry() throws Exception {
        walk.granted(HttpMethod.PUT, DEVICE, json("deviceId", "walker"));
        walk.refused(409, HttpMethod.PUT, DEVICE, json("deviceId", "walker"));
        walk.granted(HttpMethod.GET, DEVICE, null);
        walk.granted(HttpMethod.GET, "/devices", null);
        walk.granted(
                HttpMethod.POST,
                "/devices",
                new JsonArray(List.of(json("id", "in-bulk").put("importMode", "create"))));
        walk.granted(HttpMethod.POST, "/devices/query", json("query", "SELECT * FROM devices"));
        walk.granted(HttpMethod.PUT, MODULE, json("deviceId", "walker").put("moduleId", "legs"));
        walk.granted(HttpMethod.GET, MODULE, null);
        walk.granted(HttpMethod.GET, DEVICE + "/modules", null);
        walk.granted(HttpMethod.GET, "/statistics/devices", null);
        walk.granted(HttpMethod.GET, "/statistics/service", null);
        walk.granted(HttpMethod.DELETE, DEVICE + "/commands", null);
        walk.refused(404, HttpMethod.GET, "/devices/unknown", null);
        walk.refused(404, HttpMethod.GET, DEVICE + "/modules/arms", null);
    }

    private void twins() throws Exception {
        for (String path : List.of(TWIN, TWIN + "/modules/legs")) {
            JsonObject desired = json("properties", json("desired", json("pace", 5)));
            walk.granted(HttpMethod.GET, path, null);
            walk.granted(HttpMethod.PATCH, path, desired);
            walk.granted(HttpMethod.PUT, path, desired);
        }
        walk.refused(404, HttpMethod.GET, "/twins/unknown", null);
    }

    private void methods() throws Exception {
        JsonObject ping = json("methodName", "ping").put("responseTimeoutInSeconds", 30);
        walk.refused(404, HttpMethod.POST, TWIN + "/methods", ping);
        MqttClient device = answering("walker", DEVICE);
        MqttClient module = answering("walker/legs", MODULE);
        walk.granted(HttpMethod.POST, TWIN + "/methods", ping);
        walk.granted(HttpMethod.POST, TWIN + "/modules/legs/methods", ping);
        cloud.await(device.disconnect());
        cloud.await(module.disconnect());
    }

    private void feedback() throws Exception {
        String path = "/messages/serviceBound/feedback";
        sendForFeedback();
        walk.granted(HttpMethod.DELETE, DEVICE + "/commands", null);
        walk.granted(HttpMethod.POST, path + "/" + lockToken(path) + "/abandon", null);
        String lock = lockToken(path);
        walk.granted(HttpMethod.DELETE, path + "/" + lock, null);
        walk.refused(412, HttpMethod.DELETE, path + "/" + lock, null);
    }

    /** Messages to devices are sent over AMQP; purging one tells its sender. */
    private void sendForFeedback() throws Exception {
        MessagingClient messaging = new MessagingClient(
                cloud.targetHubConnectionString("iothubowner"),
                IotHubServiceClientProtocol.AMQPS_WS,
                MessagingClientOptions.builder()
                        .proxyOptions(new ProxyOptions(
                                new ConnectProxy(cloud.vertx(), cloud.ports().https()).proxy()))
                        .sslContext(ConnectToSslContext.trusting(cloud.ports().caCertificate()))
                        .build());
        try {
            messaging.open(30_000);
            Message message = new Message("walk on");
            message.setMessageId("m-1");
            message.setDeliveryAcknowledgement(DeliveryAcknowledgement.Full);
            CompletableFuture<SendResult> sent = new CompletableFuture<>();
            messaging.sendAsync("walker", message, sent::complete, null);
            assertThat(sent.get(30, TimeUnit.SECONDS).wasSentSuccessfully()).isTrue();
        } finally {
            messaging.close(10_000);
        }
    }

    private String lockToken(String path) throws Exception {
        String[] token = new String[1];
        cloud.until(() -> {
            HttpResponse<Buffer> answer = walk.granted(HttpMethod.GET, path, null);
            token[0] = answer.statusCode() == 200 ? answer.getHeader("ETag").replace("\"", "") : null;
            return token[0] != null;
        });
        return token[0];
    }

    private void jobs() throws Exception {
        JsonObject later = json("type", "scheduleUpdateTwin")
                .put("updateTwin", json("tags", json("a", 1)))
                .put("startTime", Instant.now().plusSeconds(600).toString());
        walk.granted(HttpMethod.PUT, "/jobs/v2/later", later);
        walk.granted(HttpMethod.GET, "/jobs/v2/later", null);
        walk.granted(HttpMethod.GET, "/jobs/v2/query", null);
        walk.granted(HttpMethod.POST, "/jobs/v2/later/cancel", null);
        walk.refused(404, HttpMethod.GET, "/jobs/v2/unknown", null);
    }

    private void deletions() throws Exception {
        walk.granted(HttpMethod.DELETE, MODULE, null);
        walk.granted(HttpMethod.DELETE, DEVICE, null);
        walk.refused(404, HttpMethod.DELETE, DEVICE, null);
    }

    /** Connects a device or module that answers every method with 200. */
    private MqttClient answering(String clientId, String identity) throws Exception {
        String host = RunningCloud.TARGET_HUB;
        String key = walk.granted(HttpMethod.GET, identity, null)
                .bodyAsJsonObject()
                .getJsonObject("authentication")
                .getJsonObject("symmetricKey")
                .getString("primaryKey");
        MqttClientOptions options = new MqttClientOptions()
                .setClientId(clientId)
                .setUsername(host + "/" + clientId + "/?api-version=2021-04-12")
                .setPassword(SasToken.sign(host + identity, key, Instant.now().plusSeconds(600), null));
        options.setSsl(true)
                .setTrustOptions(new PemTrustOptions()
                        .addCertPath(cloud.ports().caCertificate().toString()))
                .setHostnameVerificationAlgorithm("");
        MqttClient client = MqttClient.create(cloud.vertx(), options);
        cloud.await(client.connect(cloud.ports().mqtt(), CloudOptions.HOST, host));
        client.publishHandler(method -> client.publish(
                "$iothub/methods/res/200/"
                        + method.topicName().substring(method.topicName().indexOf('?')),
                Buffer.buffer("{}"),
                MqttQoS.AT_MOST_ONCE,
                false,
                false));
        Promise<Void> subscribed = Promise.promise();
        client.subscribeCompletionHandler(granted -> subscribed.tryComplete());
        cloud.await(client.subscribe("$iothub/methods/POST/#", 0));
        cloud.await(subscribed.future());
        return client;
    }

    private static void assertCode(HttpResponse<Buffer> answer, String code) {
        assertShape(answer);
        assertThat(answer.getHeader("iothub-errorcode")).isEqualTo(code);
    }

    private static void assertShape(HttpResponse<Buffer> answer) {
        JsonObject body = answer.bodyAsJsonObject();
        assertThat(body.getString("Message")).startsWith("ErrorCode:" + answer.getHeader("iothub-errorcode") + ";");
        assertThat(body.getString("ExceptionMessage")).startsWith("Tracking ID:");
    }
}
