package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Device templates of any shape, and what they make of a device: properties, components, modules, telemetry, commands, jobs. */
@Timeout(90)
class CentralModelIT {
    private static final String COOLER = "dtmi:drover:cooler;1";

    @TempDir
    static Path data;

    private static RunningCloud cloud;

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        assertThat(call(HttpMethod.PUT, "/api/deviceTemplates/" + COOLER, CoolerTemplate.json())
                        .statusCode())
                .isEqualTo(200);
        call(
                HttpMethod.PUT,
                "/api/deviceGroups/coolers",
                new JsonObject()
                        .put("displayName", "Coolers")
                        .put("filter", "SELECT * FROM devices WHERE $template = \"" + COOLER + "\""));
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stop();
    }

    @Test
    void whatIsAskedOfAWritablePropertyReachesTheDeviceAndItsAnswerIsShown() throws Exception {
        // Given
        SourceDevice device = cooler("asked");
        Promise<MqttPublishMessage> desired = Promise.promise();
        device.mqtt().publishHandler(message -> {
            if (message.topicName().startsWith("$iothub/twin/PATCH/properties/desired/")) {
                desired.tryComplete(message);
            }
        });
        device.watchDesired();

        // When
        HttpResponse<Buffer> answer = call(
                HttpMethod.PATCH, "/api/devices/asked/components/unit/properties", new JsonObject().put("target", 4.5));

        // Then
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.bodyAsJsonObject())
                .isEqualTo(new JsonObject()
                        .put("$metadata", new JsonObject().put("target", new JsonObject().put("desiredValue", 4.5))));
        JsonObject told = new JsonObject(cloud.await(desired.future()).payload());
        assertThat(told.getJsonObject("unit"))
                .isEqualTo(new JsonObject().put("target", 4.5).put("__t", "c"));

        // When
        device.report(new JsonObject()
                .put("serialNumber", "S-1")
                .put(
                        "unit",
                        new JsonObject()
                                .put("__t", "c")
                                .put(
                                        "target",
                                        new JsonObject()
                                                .put("value", 4.5)
                                                .put("ac", 200)
                                                .put("av", told.getLong("$version")))));
        cloud.until(() -> properties("asked").containsKey("serialNumber"));

        // Then
        JsonObject unit = properties("asked").getJsonObject("unit");
        assertThat(unit.getDouble("target")).isEqualTo(4.5);
        JsonObject about = unit.getJsonObject("$metadata").getJsonObject("target");
        assertThat(about.getInteger("ackCode")).isEqualTo(200);
        assertThat(about.getDouble("desiredValue")).isEqualTo(4.5);
        assertThat(about.getLong("desiredVersion")).isEqualTo(told.getLong("$version"));
        assertThat(about.getString("lastUpdateTime")).isNotBlank();
    }

    @Test
    void cloudPropertiesStayInTheCloudAndReadOnlyOnesCannotBeWritten() throws Exception {
        // Given
        add("cloudy");
        String path = "/api/devices/cloudy/properties";

        // When
        JsonObject written = call(HttpMethod.PATCH, path, new JsonObject().put("Customer", "Contoso"))
                .bodyAsJsonObject();

        // Then
        assertThat(written.getString("Customer")).isEqualTo("Contoso");
        assertThat(properties("cloudy").getString("Customer")).isEqualTo("Contoso");
        call(HttpMethod.PUT, path, new JsonObject());
        assertThat(properties("cloudy").containsKey("Customer")).isFalse();
        assertRefused(call(HttpMethod.PATCH, path, new JsonObject().put("serialNumber", "x")), 422);
        assertRefused(call(HttpMethod.PATCH, path, new JsonObject().put("Customer", 5)), 422);
        assertRefused(call(HttpMethod.PATCH, path, new JsonObject().put("unknown", 5)), 422);
        assertRefused(call(HttpMethod.GET, "/api/devices/cloudy/components/none/properties", null), 404);
    }

    @Test
    void componentsModulesAndTheLastTelemetryAreRead() throws Exception {
        // Given
        SourceDevice device = cooler("talks");
        device.telemetry("", "{\"inherited\":1}");
        device.telemetry("%24.sub=unit", "{\"temperature\":3.5}");
        device.telemetry("", "{\"inherited\":2}");

        // Then
        cloud.until(() -> Integer.valueOf(2)
                .equals(call(HttpMethod.GET, "/api/devices/talks/telemetry/inherited", null)
                        .bodyAsJsonObject()
                        .getInteger("value")));
        assertThat(call(HttpMethod.GET, "/api/devices/talks/components/unit/telemetry/temperature", null)
                        .bodyAsJsonObject()
                        .getDouble("value"))
                .isEqualTo(3.5);
        assertRefused(call(HttpMethod.GET, "/api/devices/talks/telemetry/temperature", null), 404);
        assertThat(names("/api/devices/talks/components")).containsExactly("unit");
        assertThat(names("/api/devices/talks/modules")).containsExactly("sensor");
        assertThat(names("/api/devices/talks/modules/sensor/components")).containsExactly("probe");
        assertRefused(call(HttpMethod.GET, "/api/devices/talks/modules/none/components", null), 404);
    }

    @Test
    void inheritedCommandsPassOnWhateverTheRequestIs() throws Exception {
        // Given
        SourceDevice device = cooler("obeys");
        device.mqtt()
                .publishHandler(
                        message -> device.answer(message, 200, message.payload().toString()));
        device.listen();

        // When
        for (Object request : new Object[] {"2026-01-01T00:00:00Z", 7, new JsonObject().put("a", new JsonArray())}) {
            HttpResponse<Buffer> answer = call(
                    HttpMethod.POST, "/api/devices/obeys/commands/restart", new JsonObject().put("request", request));

            // Then
            assertThat(answer.statusCode()).isEqualTo(201);
            assertThat(answer.bodyAsJsonObject().getValue("response")).isEqualTo(request);
        }
        assertRefused(call(HttpMethod.POST, "/api/devices/obeys/commands/unknown", new JsonObject()), 422);
        assertRefused(call(HttpMethod.POST, "/api/devices/obeys/modules/sensor/commands/reset", new JsonObject()), 404);
    }

    @Test
    void theHistoryOfACommandIsPaged() throws Exception {
        // Given
        add("often");
        for (int i = 0; i < 101; i++) {
            call(HttpMethod.POST, "/api/devices/often/commands/restart", new JsonObject());
        }

        // When
        JsonObject first = call(HttpMethod.GET, "/api/devices/often/commands/restart", null)
                .bodyAsJsonObject();
        String next = first.getString("nextLink");
        JsonObject second = cloud.send(
                        HttpMethod.GET,
                        RunningCloud.CENTRAL,
                        next.substring(next.indexOf("/api/")),
                        "Bearer " + cloud.token("https://apps.azureiotcentral.test/.default"),
                        null)
                .bodyAsJsonObject();

        // Then
        Set<String> ids = new HashSet<>();
        first.getJsonArray("value").forEach(one -> ids.add(((JsonObject) one).getString("id")));
        second.getJsonArray("value").forEach(one -> ids.add(((JsonObject) one).getString("id")));
        assertThat(ids).hasSize(101);
        assertThat(second.containsKey("nextLink")).isFalse();
    }

    @Test
    void aTemplateIsPatchedByMergeAndOnlyWithTheRightEtag() throws Exception {
        // Given
        String path = "/api/deviceTemplates/dtmi:drover:patched;1";
        JsonObject made = call(HttpMethod.PUT, path, CoolerTemplate.json()).bodyAsJsonObject();

        // When
        JsonObject patched = call(HttpMethod.PATCH, path, new JsonObject().put("displayName", "Other"))
                .bodyAsJsonObject();

        // Then
        assertThat(patched.getString("displayName")).isEqualTo("Other");
        assertThat(patched.getJsonObject("capabilityModel")).isEqualTo(made.getJsonObject("capabilityModel"));
        assertThat(patched.getString("etag")).isNotEqualTo(made.getString("etag"));
        HttpResponse<Buffer> stale =
                cloud.await(cloud.request(HttpMethod.DELETE, RunningCloud.CENTRAL, path + "?api-version=2022-07-31")
                        .putHeader("if-match", made.getString("etag"))
                        .bearerTokenAuthentication(cloud.token("https://apps.azureiotcentral.test/.default"))
                        .send());
        assertThat(stale.statusCode()).isEqualTo(412);
        assertRefused(call(HttpMethod.PUT, path, CoolerTemplate.json().put("@id", "dtmi:other;1")), 400);
        assertRefused(call(HttpMethod.PUT, path, new JsonObject().put("@type", new JsonArray())), 400);
        assertThat(call(HttpMethod.DELETE, path, null).statusCode()).isEqualTo(204);
    }

    @Test
    void jobsWritePropertiesAndGiveDevicesAnotherTemplate() throws Exception {
        // Given
        add("worked-on");
        JsonObject job = job(new JsonObject()
                .put("type", "property")
                .put("target", COOLER)
                .put("path", "unit.target")
                .put("value", 6));

        // When
        assertThat(call(HttpMethod.PUT, "/api/jobs/cool", job).statusCode()).isEqualTo(200);
        ended("cool");

        // Then
        assertThat(properties("worked-on")
                        .getJsonObject("unit")
                        .getJsonObject("$metadata")
                        .getJsonObject("target")
                        .getInteger("desiredValue"))
                .isEqualTo(6);

        // When
        call(
                HttpMethod.PUT,
                "/api/jobs/customers",
                job(new JsonObject()
                        .put("type", "CloudPropertyJobData")
                        .put("target", COOLER)
                        .put("path", "Customer")
                        .put("value", "Fabrikam")));
        ended("customers");

        // Then
        assertThat(properties("worked-on").getString("Customer")).isEqualTo("Fabrikam");
        assertRefused(
                call(
                        HttpMethod.PUT,
                        "/api/jobs/wrong",
                        job(new JsonObject()
                                .put("type", "property")
                                .put("target", COOLER)
                                .put("path", "serialNumber")
                                .put("value", "x"))),
                422);
    }

    @Test
    void aJobCanMigrateDevicesToAnotherTemplate() throws Exception {
        // Given
        cloud.addDevice("migrates");
        call(
                HttpMethod.PUT,
                "/api/deviceGroups/one",
                new JsonObject()
                        .put("displayName", "One")
                        .put("filter", "SELECT * FROM devices WHERE $id = 'migrates'"));
        call(HttpMethod.PUT, "/api/deviceTemplates/dtmi:drover:next;1", CoolerTemplate.json());

        // When
        JsonObject operation =
                new JsonObject().put("type", "deviceTemplateMigration").put("template", "dtmi:drover:next;1");
        assertThat(call(HttpMethod.PUT, "/api/jobs/migrate", job(operation).put("group", "one"))
                        .statusCode())
                .isEqualTo(200);
        ended("migrate");

        // Then
        assertThat(call(HttpMethod.GET, "/api/devices/migrates", null)
                        .bodyAsJsonObject()
                        .getString("template"))
                .isEqualTo("dtmi:drover:next;1");
    }

    @Test
    void aScheduledJobBeginsJobsOfItsOwn() throws Exception {
        // Given
        add("scheduled");
        JsonObject scheduled = job(new JsonObject()
                        .put("type", "cloudProperty")
                        .put("target", COOLER)
                        .put("path", "Customer")
                        .put("value", "Nightly"))
                .put("schedule", new JsonObject().put("start", "2026-01-01T00:00:00Z"));

        // When
        JsonObject made =
                call(HttpMethod.PUT, "/api/scheduledJobs/once", scheduled).bodyAsJsonObject();
        cloud.until(() -> call(HttpMethod.GET, "/api/scheduledJobs/once", null)
                .bodyAsJsonObject()
                .getBoolean("completed"));

        // Then
        assertThat(made.getBoolean("enabled")).isTrue();
        JsonObject begun = call(HttpMethod.GET, "/api/scheduledJobs/once/jobs", null)
                .bodyAsJsonObject()
                .getJsonArray("value")
                .getJsonObject(0);
        assertThat(begun.getString("scheduledJobId")).isEqualTo("once");
        ended(begun.getString("id"));
        assertThat(properties("scheduled").getString("Customer")).isEqualTo("Nightly");
        JsonObject patched = call(
                        HttpMethod.PATCH,
                        "/api/scheduledJobs/once",
                        new JsonObject()
                                .put(
                                        "schedule",
                                        new JsonObject()
                                                .put("start", "2099-01-01T00:00:00Z")
                                                .put("recurrence", "weekly")
                                                .put(
                                                        "end",
                                                        new JsonObject()
                                                                .put("type", "occurrences")
                                                                .put("occurrences", 3))))
                .bodyAsJsonObject();
        assertThat(patched.getBoolean("completed")).isFalse();
        assertThat(patched.getJsonObject("schedule").getJsonObject("end").getInteger("occurrences"))
                .isEqualTo(3);
        assertRefused(
                call(
                        HttpMethod.PUT,
                        "/api/scheduledJobs/bad",
                        scheduled.copy().put("schedule", new JsonObject().put("start", "tomorrow"))),
                400);
        assertThat(call(HttpMethod.DELETE, "/api/scheduledJobs/once", null).statusCode())
                .isEqualTo(204);
    }

    @Test
    void relationshipsOfAGatewayAreKeptUntilItIsDeleted() throws Exception {
        // Given
        add("gateway");
        add("leaf");
        String path = "/api/devices/gateway/relationships";

        // When / Then
        assertThat(call(HttpMethod.PUT, path + "/r1", new JsonObject().put("target", "leaf"))
                        .bodyAsJsonObject())
                .isEqualTo(new JsonObject()
                        .put("id", "r1")
                        .put("source", "gateway")
                        .put("target", "leaf"));
        assertRefused(call(HttpMethod.PUT, path + "/r2", new JsonObject().put("target", "nobody")), 422);
        assertThat(call(HttpMethod.GET, path, null).bodyAsJsonObject().getJsonArray("value"))
                .hasSize(1);
        assertThat(call(HttpMethod.DELETE, path + "/r1", null).statusCode()).isEqualTo(204);
        assertRefused(call(HttpMethod.GET, path + "/r1", null), 404);
    }

    private static SourceDevice cooler(String id) throws Exception {
        SourceDevice device = SourceDevice.connect(cloud, id);
        add(id);
        return device;
    }

    private static void add(String id) throws Exception {
        assertThat(call(HttpMethod.PUT, "/api/devices/" + id, new JsonObject().put("template", COOLER))
                        .statusCode())
                .isEqualTo(200);
    }

    private static JsonObject properties(String id) throws Exception {
        return call(HttpMethod.GET, "/api/devices/" + id + "/properties", null).bodyAsJsonObject();
    }

    private static Set<String> names(String path) throws Exception {
        Set<String> names = new HashSet<>();
        call(HttpMethod.GET, path, null)
                .bodyAsJsonObject()
                .getJsonArray("value")
                .forEach(one -> names.add(((JsonObject) one).getString("name")));
        return names;
    }

    private static void ended(String job) throws Exception {
        cloud.until(() -> call(HttpMethod.GET, "/api/jobs/" + job, null)
                .bodyAsJsonObject()
                .getString("status")
                .equals("complete"));
    }

    private static JsonObject job(JsonObject operation) {
        return new JsonObject().put("group", "coolers").put("data", new JsonArray().add(operation));
    }

    private static void assertRefused(HttpResponse<Buffer> answer, int status) {
        assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(status);
        assertThat(answer.getHeader("x-ms-error-code"))
                .isEqualTo(answer.bodyAsJsonObject().getJsonObject("error").getString("code"));
    }

    private static HttpResponse<Buffer> call(HttpMethod method, String path, JsonObject body) throws Exception {
        return cloud.central(method, path, body);
    }
}
