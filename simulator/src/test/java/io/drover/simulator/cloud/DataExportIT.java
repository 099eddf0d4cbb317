package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Data export: a real device's connections as real posts to a real webhook. */
@Timeout(90)
class DataExportIT {
    private static final String VERSION = "?api-version=2022-10-31-preview";

    private record Post(String query, MultiMap headers, JsonObject body) {}

    @TempDir
    static Path data;

    private static RunningCloud cloud;
    private static HttpServer webhook;
    private static final List<Post> POSTS = new CopyOnWriteArrayList<>();
    private static final AtomicInteger FAILURES = new AtomicInteger();

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        webhook = cloud.await(cloud.vertx()
                .createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    if (FAILURES.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        request.response().setStatusCode(503).end();
                        return;
                    }
                    POSTS.add(new Post(request.query(), request.headers(), new JsonObject(body)));
                    request.response().end();
                }))
                .listen(0, CloudOptions.HOST));
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.await(webhook.close());
        cloud.stop();
    }

    @Test
    void aDeviceThatConnectsAndLeavesIsPostedInTheDocumentedFormat() throws Exception {
        // Given
        JsonObject destination = destination()
                .put("authorization", new JsonObject().put("type", "header").put("value", "Bearer hook-secret"))
                .put("queryCustomizations", customization("tenant", "blue", false))
                .put("headerCustomizations", customization("x-origin", "central", true));
        assertThat(put("destinations", "hook", destination).statusCode()).isEqualTo(200);
        JsonObject export = export("hook")
                .put(
                        "enrichments",
                        new JsonObject()
                                .put("site", new JsonObject().put("value", "north"))
                                .put("name", new JsonObject().put("path", "$displayName")));
        assertThat(put("exports", "connectivity", export).statusCode()).isEqualTo(200);

        // When
        SourceDevice device = SourceDevice.connect(cloud, "exported");
        cloud.until(() -> of("exported").size() == 1);
        device.disconnect();
        cloud.until(() -> of("exported").size() == 2);

        // Then
        Post connected = of("exported").get(0);
        assertThat(connected.body().fieldNames())
                .containsExactlyInAnyOrder(
                        "applicationId",
                        "messageSource",
                        "messageType",
                        "deviceId",
                        "schema",
                        "templateId",
                        "enqueuedTime",
                        "enrichments");
        assertThat(connected.body().getString("messageSource")).isEqualTo("deviceConnectivity");
        assertThat(connected.body().getString("messageType")).isEqualTo("connected");
        assertThat(connected.body().getString("schema")).isEqualTo("default@v1");
        assertThat(connected.body().getString("templateId")).isEqualTo(RunningCloud.TEMPLATE);
        assertThat(connected.body().getJsonObject("enrichments"))
                .isEqualTo(new JsonObject().put("site", "north").put("name", "exported"));
        assertThat(of("exported").get(1).body().getString("messageType")).isEqualTo("disconnected");
        assertThat(connected.query()).isEqualTo("tenant=blue");
        assertThat(connected.headers().get("authorization")).isEqualTo("Bearer hook-secret");
        assertThat(connected.headers().get("x-origin")).isEqualTo("central");
        String read = call(HttpMethod.GET, "destinations/hook", null).bodyAsString();
        assertThat(read).contains("\"healthy\"").doesNotContain("hook-secret").doesNotContain("\"central\"");
        delete("connectivity", "hook");
    }

    @Test
    void aPostTheWebhookRefusesForNowIsRepeatedUntilItIsTaken() throws Exception {
        // Given
        put("destinations", "flaky", destination());
        put("exports", "flaky", export("flaky"));
        FAILURES.set(2);

        // When
        SourceDevice device = SourceDevice.connect(cloud, "repeated");

        // Then
        cloud.until(() -> of("repeated").size() == 1);
        assertThat(FAILURES.get()).isZero();
        device.disconnect();
        cloud.until(() -> of("repeated").size() == 2);
        delete("flaky", "flaky");
    }

    @Test
    void onlyDevicesOfTheFilterAreExportedAndNoneWhileTheExportIsOff() throws Exception {
        // Given
        put("destinations", "some", destination());
        put("exports", "some", export("some").put("filter", "SELECT * FROM devices WHERE $id = \"wanted\""));

        // When
        SourceDevice.connect(cloud, "unwanted").disconnect();
        SourceDevice wanted = SourceDevice.connect(cloud, "wanted");
        cloud.until(() -> of("wanted").size() == 1);
        call(HttpMethod.PATCH, "exports/some", new JsonObject().put("enabled", false));
        wanted.disconnect();
        cloud.until(() -> !wanted.isConnected());
        put("exports", "some", export("some"));
        SourceDevice.connect(cloud, "last");
        cloud.until(() -> of("last").size() == 1);

        // Then
        assertThat(of("unwanted")).isEmpty();
        assertThat(of("wanted")).hasSize(1);
        delete("some", "some");
    }

    @Test
    void definitionsThatCannotWorkAreRefused() throws Exception {
        assertRefused(put("destinations", "d", destination().put("url", "ftp://x")), 400, "InvalidBody");
        assertRefused(
                put("destinations", "d", destination().put("type", "blobstorage@v1")), 422, "UnprocessableEntity");
        assertRefused(put("exports", "e", export("nowhere")), 422, "UnprocessableEntity");
        assertRefused(put("exports", "e", export("x").put("source", "telemetry")), 422, "UnprocessableEntity");
        assertRefused(call(HttpMethod.GET, "exports/none", null), 404, "NotFound");
        assertRefused(cloud.central(HttpMethod.GET, "/api/dataExport/exports", null), 400, "InvalidApiVersion");
        put("destinations", "used", destination());
        put("exports", "user", export("used"));
        assertRefused(call(HttpMethod.DELETE, "destinations/used", null), 409, "Conflict");
        delete("user", "used");
    }

    private static void assertRefused(HttpResponse<Buffer> answer, int status, String code) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.getHeader("x-ms-error-code")).isEqualTo(code);
        assertThat(answer.bodyAsJsonObject().getJsonObject("error").getString("code"))
                .isEqualTo(code);
    }

    private static List<Post> of(String deviceId) {
        return POSTS.stream()
                .filter(post -> post.body().getString("deviceId").equals(deviceId))
                .toList();
    }

    private static JsonObject destination() {
        return new JsonObject()
                .put("displayName", "Hook")
                .put("type", "webhook@v1")
                .put("url", "http://127.0.0.1:" + webhook.actualPort() + "/events");
    }

    private static JsonObject export(String destination) {
        return new JsonObject()
                .put("displayName", "Connectivity")
                .put("enabled", true)
                .put("source", "deviceConnectivity")
                .put("destinations", new JsonArray().add(new JsonObject().put("id", destination)));
    }

    private static JsonObject customization(String name, String value, boolean secret) {
        return new JsonObject().put(name, new JsonObject().put("value", value).put("secret", secret));
    }

    private static HttpResponse<Buffer> put(String kind, String id, JsonObject body) throws Exception {
        return call(HttpMethod.PUT, kind + "/" + id, body);
    }

    private static void delete(String export, String destination) throws Exception {
        assertThat(call(HttpMethod.DELETE, "exports/" + export, null).statusCode())
                .isEqualTo(204);
        assertThat(call(HttpMethod.DELETE, "destinations/" + destination, null).statusCode())
                .isEqualTo(204);
    }

    private static HttpResponse<Buffer> call(HttpMethod method, String path, JsonObject body) throws Exception {
        String authorization = "Bearer " + cloud.token("https://apps.azureiotcentral.test/.default");
        return cloud.send(method, RunningCloud.CENTRAL, "/api/dataExport/" + path + VERSION, authorization, body);
    }
}
