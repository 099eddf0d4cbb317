package io.drover.simulator.cloud;

import static io.drover.simulator.cloud.OperationsWalk.json;
import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PATCH;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.sas.SymmetricKey;
import io.drover.simulator.cloud.x509.TestAuthority;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every operation of the document of IoT Central's REST API. */
@Timeout(90)
class CentralOperationsIT {
    private static final String COOLER = "dtmi:drover:cooler;1";
    private static final String TEMPLATE = "/api/deviceTemplates/" + COOLER;
    private static final String GROUP = "/api/deviceGroups/coolers";
    private static final String DEVICE = "/api/devices/walker";
    private static final String OPERATOR = "ae2c9854-393b-4f97-8c42-479d70ce626e";

    @TempDir
    Path data;

    private RunningCloud cloud;
    private OperationsWalk walk;

    @Test
    void everyOperationIsGrantedAndRefusedAsSaidAndTheRestIsNotFound() throws Exception {
        cloud = new RunningCloud(data);
        walk = new OperationsWalk(
                cloud,
                RunningCloud.CENTRAL,
                "https://apps.azureiotcentral.test",
                path -> "2022-07-31",
                "iotcentral-dataplane-2022-07-31");

        walk.strangersAreRefused(answer -> assertCode(answer, "Unauthorized"));
        walk.anUnknownVersionIsRefused(CentralOperationsIT::assertShape);
        walk.whatIsNotThereIsNotFound(answer -> assertCode(answer, "NotFound"));
        templatesAndGroups();
        devices();
        attestation();
        connectedDevice();
        modules();
        relationships();
        enrollmentGroups();
        jobs();
        scheduledJobs();
        members();
        organizations();
        deletions();

        walk.end();
    }

    private void templatesAndGroups() throws Exception {
        walk.granted(PUT, TEMPLATE, CoolerTemplate.json());
        walk.granted(GET, TEMPLATE, null);
        walk.granted(GET, "/api/deviceTemplates", null);
        walk.granted(PATCH, TEMPLATE, json("displayName", "Cooler"));
        walk.refused(404, GET, "/api/deviceTemplates/dtmi:none;1", null);
        String filter = "SELECT * FROM devices WHERE $template = \"" + COOLER + "\"";
        walk.granted(PUT, GROUP, json("displayName", "Coolers").put("filter", filter));
        walk.granted(GET, GROUP, null);
        walk.granted(GET, "/api/deviceGroups", null);
        walk.granted(PATCH, GROUP, json("description", "cold"));
        walk.granted(GET, GROUP + "/devices", null);
        walk.refused(404, GET, "/api/deviceGroups/none", null);
    }

    private void devices() throws Exception {
        walk.granted(PUT, DEVICE, json("template", COOLER));
        walk.granted(GET, DEVICE, null);
        walk.granted(GET, "/api/devices", null);
        walk.granted(PATCH, DEVICE, json("displayName", "Walker"));
        walk.granted(GET, DEVICE + "/credentials", null);
        walk.granted(GET, DEVICE + "/components", null);
        walk.granted(GET, DEVICE + "/modules", null);
        walk.refused(404, GET, "/api/devices/none", null);
    }

    private void attestation() throws Exception {
        String path = DEVICE + "/attestation";
        walk.refused(404, GET, path, null);
        SymmetricKey keys = SymmetricKey.generate(new Random(12));
        JsonObject both = json("primaryKey", keys.primary()).put("secondaryKey", keys.secondary());
        walk.granted(PUT, path, json("type", "symmetricKey").put("symmetricKey", both));
        walk.granted(GET, path, null);
        walk.granted(PATCH, path, json("type", "symmetricKey").put("symmetricKey", both));
        walk.granted(DELETE, path, null);
    }

    /** Commands, properties and telemetry of a device that is there, and of its component. */
    private void connectedDevice() throws Exception {
        String key = walk.granted(GET, DEVICE + "/credentials", null)
                .bodyAsJsonObject()
                .getJsonObject("symmetricKey")
                .getString("primaryKey");
        SourceDevice device = SourceDevice.connect(cloud, "walker", key);
        device.mqtt().publishHandler(method -> device.answer(method, 200, "{}"));
        device.listen();
        device.telemetry("", "{\"inherited\":1}");
        device.telemetry("%24.sub=unit", "{\"temperature\":3.5}");
        walk.granted(POST, DEVICE + "/commands/restart", new JsonObject());
        walk.granted(GET, DEVICE + "/commands/restart", null);
        walk.granted(POST, DEVICE + "/components/unit/commands/defrost", new JsonObject());
        walk.granted(GET, DEVICE + "/components/unit/commands/defrost", null);
        for (String method : List.of("PUT", "PATCH")) {
            walk.granted(HttpMethod.valueOf(method), DEVICE + "/properties", json("Customer", "A"));
            walk.granted(HttpMethod.valueOf(method), DEVICE + "/components/unit/properties", json("target", 4.5));
        }
        walk.granted(GET, DEVICE + "/properties", null);
        walk.granted(GET, DEVICE + "/components/unit/properties", null);
        walk.granted(GET, DEVICE + "/telemetry/inherited", null);
        walk.granted(GET, DEVICE + "/components/unit/telemetry/temperature", null);
        walk.refused(422, PATCH, DEVICE + "/properties", json("serialNumber", "x"));
        walk.refused(404, GET, DEVICE + "/components/none/properties", null);
        device.disconnect();
    }

    private void modules() throws Exception {
        String module = DEVICE + "/modules/sensor";
        walk.granted(GET, module + "/components", null);
        for (String part : List.of(module, module + "/components/probe")) {
            walk.granted(GET, part + "/commands/reset", null);
            walk.granted(GET, part + "/properties", null);
            walk.refused(404, POST, part + "/commands/reset", new JsonObject());
            walk.refused(422, PUT, part + "/properties", json("depth", 5));
            walk.refused(422, PATCH, part + "/properties", json("depth", 5));
            walk.refused(404, GET, part + "/telemetry/depth", null);
        }
        walk.refused(404, GET, DEVICE + "/modules/none/components", null);
    }

    private void relationships() throws Exception {
        String path = DEVICE + "/relationships";
        walk.granted(PUT, "/api/devices/leaf", json("template", COOLER));
        walk.granted(PUT, path + "/r1", json("target", "leaf"));
        walk.granted(GET, path + "/r1", null);
        walk.granted(GET, path, null);
        walk.granted(PATCH, path + "/r1", json("target", "leaf"));
        walk.granted(DELETE, path + "/r1", null);
        walk.refused(404, GET, path + "/r1", null);
    }

    private void enrollmentGroups() throws Exception {
        String group = "/api/enrollmentGroups/factory";
        TestAuthority authority = new TestAuthority("factory");
        JsonObject x509 = json("displayName", "Factory").put("type", "iot").put("attestation", json("type", "x509"));
        walk.granted(PUT, group, x509);
        walk.granted(GET, group, null);
        walk.granted(GET, "/api/enrollmentGroups", null);
        walk.granted(PATCH, group, json("displayName", "The factory"));
        String certificate = group + "/certificates/primary";
        walk.granted(PUT, certificate, json("certificate", authority.pem()));
        walk.granted(GET, certificate, null);
        String code = walk.granted(POST, certificate + "/generateVerificationCode", null)
                .bodyAsJsonObject()
                .getString("verificationCode");
        walk.granted(
                POST,
                certificate + "/verify",
                json("certificate", authority.issue(code).pem()));
        walk.granted(DELETE, certificate, null);
        walk.refused(404, GET, certificate, null);
        walk.granted(DELETE, group, null);
        walk.refused(404, GET, group, null);
    }

    private void jobs() throws Exception {
        JsonObject move = job("command", "unit.defrost", new JsonObject());
        walk.granted(PUT, "/api/jobs/moves", move);
        walk.granted(GET, "/api/jobs/moves", null);
        walk.granted(GET, "/api/jobs", null);
        walk.granted(GET, "/api/jobs/moves/devices", null);
        cloud.until(() ->
                walk.granted(GET, "/api/jobs/moves", null).bodyAsJsonObject().containsKey("end"));
        walk.granted(PUT, "/api/jobs/moves/rerun/again", null);
        walk.refused(409, POST, "/api/jobs/moves/stop", null);
        // A device that listens and does not answer keeps the job from its end.
        String key = walk.granted(GET, DEVICE + "/credentials", null)
                .bodyAsJsonObject()
                .getJsonObject("symmetricKey")
                .getString("primaryKey");
        SourceDevice silent = SourceDevice.connect(cloud, "walker", key);
        silent.listen();
        walk.granted(PUT, "/api/jobs/stays", move);
        walk.granted(POST, "/api/jobs/stays/stop", null);
        walk.granted(POST, "/api/jobs/stays/resume", null);
        silent.disconnect();
        walk.refused(404, GET, "/api/jobs/none", null);
    }

    private void scheduledJobs() throws Exception {
        String path = "/api/scheduledJobs/nightly";
        JsonObject nightly = job("cloudProperty", "Customer", "B")
                .put("schedule", json("start", "2099-01-01T00:00:00Z").put("recurrence", "daily"));
        walk.granted(PUT, path, nightly);
        walk.granted(GET, path, null);
        walk.granted(GET, "/api/scheduledJobs", null);
        walk.granted(PATCH, path, json("displayName", "Nightly"));
        walk.granted(GET, path + "/jobs", null);
        walk.granted(DELETE, path, null);
        walk.refused(404, GET, path, null);
    }

    private void members() throws Exception {
        JsonArray operator = new JsonArray().add(json("role", OPERATOR));
        walk.granted(GET, "/api/roles", null);
        walk.granted(GET, "/api/roles/" + OPERATOR, null);
        walk.granted(
                PUT,
                "/api/users/a",
                json("type", "email").put("email", "a@contoso.test").put("roles", operator));
        walk.granted(GET, "/api/users/a", null);
        walk.granted(GET, "/api/users", null);
        walk.granted(PATCH, "/api/users/a", json("roles", operator));
        walk.granted(DELETE, "/api/users/a", null);
        walk.refused(404, GET, "/api/users/a", null);
        walk.granted(PUT, "/api/apiTokens/t", json("roles", operator));
        walk.granted(GET, "/api/apiTokens/t", null);
        walk.granted(GET, "/api/apiTokens", null);
        walk.granted(DELETE, "/api/apiTokens/t", null);
        walk.refused(404, GET, "/api/apiTokens/t", null);
    }

    private void organizations() throws Exception {
        String north = "/api/organizations/north";
        walk.granted(PUT, north, json("displayName", "North"));
        walk.granted(GET, north, null);
        walk.granted(GET, "/api/organizations", null);
        walk.granted(PATCH, north, json("displayName", "The north"));
        walk.granted(DELETE, north, null);
        walk.refused(404, GET, north, null);
    }

    private void deletions() throws Exception {
        walk.granted(DELETE, GROUP, null);
        walk.refused(409, DELETE, TEMPLATE, null);
        for (String device : List.of("leaf", "walker")) {
            walk.granted(DELETE, "/api/devices/" + device, null);
        }
        walk.granted(DELETE, TEMPLATE, null);
        walk.refused(404, GET, DEVICE, null);
    }

    private static JsonObject job(String type, String path, Object value) {
        JsonObject operation =
                json("type", type).put("target", COOLER).put("path", path).put("value", value);
        return json("displayName", "Walk").put("group", "coolers").put("data", new JsonArray().add(operation));
    }

    private static void assertCode(HttpResponse<Buffer> answer, String code) {
        assertShape(answer);
        assertThat(answer.getHeader("x-ms-error-code")).isEqualTo(code);
    }

    private static void assertShape(HttpResponse<Buffer> answer) {
        JsonObject error = answer.bodyAsJsonObject().getJsonObject("error");
        assertThat(error.getString("code")).isEqualTo(answer.getHeader("x-ms-error-code"));
        assertThat(error.getString("message")).isNotBlank();
    }
}
