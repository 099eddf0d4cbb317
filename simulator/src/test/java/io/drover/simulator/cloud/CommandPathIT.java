package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A command's whole way in IoT Central: REST, direct method over MQTT with TLS, the device's answer, and back to the caller. */
@Timeout(90)
class CommandPathIT {
    @TempDir
    static Path data;

    private static RunningCloud cloud;

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stop();
    }

    @Test
    void aCommandReachesTheDeviceAndItsAnswerReachesTheCaller() throws Exception {
        // Given
        SourceDevice device = connected("answers");
        Promise<MqttPublishMessage> received = Promise.promise();
        device.mqtt().publishHandler(message -> {
            received.complete(message);
            device.answer(message, 202, "{\"moving\":true}");
        });
        device.listen();

        // When
        HttpResponse<Buffer> answer = move("answers", new JsonObject().put("idScope", "0ne0000000A"), 30, 0);

        // Then
        MqttPublishMessage method = cloud.await(received.future());
        assertThat(method.topicName()).matches("\\$iothub/methods/POST/migration\\*DeviceMove/\\?\\$rid=.+");
        assertThat(new JsonObject(method.payload())).isEqualTo(new JsonObject().put("idScope", "0ne0000000A"));
        assertThat(answer.statusCode()).isEqualTo(201);
        JsonObject body = answer.bodyAsJsonObject();
        assertThat(body.getInteger("responseCode")).isEqualTo(202);
        assertThat(body.getJsonObject("response")).isEqualTo(new JsonObject().put("moving", true));
        assertThat(history("answers").getString("id")).isEqualTo(body.getString("id"));
        assertThat(command("answers").getString("outcome")).isEqualTo("ANSWERED");
    }

    @Test
    void aDevicesRefusalIsAnAnswerLikeAnyOther() throws Exception {
        SourceDevice device = connected("refuses");
        device.mqtt().publishHandler(message -> device.answer(message, 403, "\"not now\""));
        device.listen();

        HttpResponse<Buffer> answer = move("refuses", new JsonObject(), 30, 0);

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.bodyAsJsonObject().getInteger("responseCode")).isEqualTo(403);
        assertThat(answer.bodyAsJsonObject().getString("response")).isEqualTo("not now");
    }

    @Test
    void aDeviceThatHasLeftIsNotConnected() throws Exception {
        // Given
        SourceDevice device = connected("left");
        device.listen();
        cloud.await(device.mqtt().disconnect());
        cloud.until(() -> !source("left").getBoolean("connected"));

        // When
        HttpResponse<Buffer> answer = move("left", new JsonObject(), 30, 0);

        // Then
        assertRefused(answer, 404, "DeviceNotConnected");
        assertThat(command("left").getString("outcome")).isEqualTo("NOT_CONNECTED");
        assertThat(command("left").getString("deliveredAt")).isNull();
    }

    @Test
    void aDeviceThatListensForNoMethodsIsNotConnectedEither() throws Exception {
        connected("deaf");

        HttpResponse<Buffer> answer = move("deaf", new JsonObject(), 30, 1);

        assertRefused(answer, 404, "DeviceNotConnected");
        assertThat(command("deaf").getString("deliveredAt")).isNull();
    }

    @Test
    void aCallerWhoWaitsReachesADeviceThatListensInTime() throws Exception {
        // Given: a device that connects and listens only after the command was sent
        SourceDevice device = connected("late");
        device.mqtt().publishHandler(message -> device.answer(message, 200, "{}"));
        Promise<Void> listening = Promise.promise();
        Thread caller = new Thread(() -> {
            try {
                cloud.until(() -> hasCommand("late"));
                device.listen();
                listening.complete();
            } catch (Exception | AssertionError failure) {
                listening.fail(failure);
            }
        });
        caller.start();

        // When
        HttpResponse<Buffer> answer = move("late", new JsonObject(), 30, 30);

        // Then
        cloud.await(listening.future());
        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.bodyAsJsonObject().getInteger("responseCode")).isEqualTo(200);
    }

    @Test
    void anAnswerThatDoesNotComeInTimeIsATimeoutThoughTheDeviceHasTheCommand() throws Exception {
        // Given
        SourceDevice device = connected("silent");
        Promise<MqttPublishMessage> received = Promise.promise();
        device.mqtt().publishHandler(received::tryComplete);
        device.listen();

        // When: the shortest documented response timeout is 5 s
        HttpResponse<Buffer> answer = move("silent", new JsonObject(), 5, 0);
        device.answer(cloud.await(received.future()), 200, "{}");

        // Then: the late answer changes nothing, and the truth says that the command went out
        assertRefused(answer, 504, "GatewayTimeout");
        device.telemetry("", "{}");
        cloud.until(() -> source("silent").getLong("telemetryCount") == 1);
        assertThat(command("silent").getString("outcome")).isEqualTo("TIMED_OUT");
        assertThat(command("silent").getString("deliveredAt")).isNotNull();
        assertThat(history("silent").containsKey("responseCode")).isFalse();
    }

    private static void assertRefused(HttpResponse<Buffer> answer, int status, String code) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.getHeader("x-ms-error-code")).isEqualTo(code);
        assertThat(answer.bodyAsJsonObject().getJsonObject("error").getString("code"))
                .isEqualTo(code);
    }

    private static HttpResponse<Buffer> move(String id, JsonObject request, int responseSeconds, int connectSeconds)
            throws Exception {
        return cloud.central(
                HttpMethod.POST,
                path(id),
                new JsonObject()
                        .put("request", request)
                        .put("responseTimeout", responseSeconds)
                        .put("connectionTimeout", connectSeconds));
    }

    private static String path(String id) {
        return "/api/devices/" + id + "/components/migration/commands/DeviceMove";
    }

    private static JsonObject history(String id) throws Exception {
        return cloud.central(HttpMethod.GET, path(id), null)
                .bodyAsJsonObject()
                .getJsonArray("value")
                .getJsonObject(0);
    }

    private static JsonObject command(String id) throws Exception {
        return cloud.truth(id).getJsonArray("commands").getJsonObject(0);
    }

    private static boolean hasCommand(String id) throws Exception {
        return !cloud.truth(id).getJsonArray("commands").isEmpty();
    }

    private static JsonObject source(String id) throws Exception {
        return cloud.truth(id).getJsonObject("source");
    }

    private static SourceDevice connected(String id) throws Exception {
        return SourceDevice.connect(cloud, id);
    }
}
