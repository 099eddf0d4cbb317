package io.drover.simulator.cloud;

import static io.drover.simulator.cloud.OperationsWalk.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every operation of the documents of both APIs of the provisioning service. */
@Timeout(90)
class ProvisioningOperationsIT {
    private static final SymmetricKey KEYS = SymmetricKey.generate(new Random(11));
    private static final String AUDIENCE = "https://azure-devices-provisioning.test";

    @TempDir
    Path data;

    @Test
    void everyOperationOfTheServiceApiIsGrantedAndRefusedAsSaid() throws Exception {
        RunningCloud cloud = new RunningCloud(data);
        OperationsWalk walk = new OperationsWalk(
                cloud, RunningCloud.TARGET_DPS, AUDIENCE, path -> "2021-10-01", "dps-service-2021-10-01");

        walk.strangersAreRefused(answer -> assertCode(answer, 401000));
        walk.anUnknownVersionIsRefused(answer -> assertCode(answer, 400000));
        walk.whatIsNotThereIsNotFound(answer -> assertCode(answer, 404000));
        enrollments(walk, "enrollmentGroups", "enrollmentGroupId");
        enrollments(walk, "enrollments", "registrationId");
        registrations(walk, cloud);

        walk.end();
    }

    @Test
    void everyOperationOfTheDeviceApiIsGrantedAndRefusedAsSaid() throws Exception {
        RunningCloud cloud = new RunningCloud(data);
        OperationsWalk walk = new OperationsWalk(
                cloud, RunningCloud.GLOBAL_PROVISIONING, null, path -> "2021-10-01", "dps-device-2021-10-01");
        cloud.enrollAtTarget(keys());
        String scope = cloud.targetIdScope();
        String registration = "/" + scope + "/registrations/walker";
        String token = token(scope, "walker");

        walk.strangersAreRefused(answer -> assertCode(answer, 401000));
        walk.anUnknownVersionIsRefused(answer -> assertCode(answer, 400000));
        walk.whatIsNotThereIsNotFound(answer -> assertCode(answer, 404000));
        JsonObject accepted = walk.granted(
                        HttpMethod.PUT, registration + "/register", token, json("registrationId", "walker"))
                .bodyAsJsonObject();
        cloud.until(() -> walk.granted(
                        HttpMethod.GET, registration + "/operations/" + accepted.getString("operationId"), token, null)
                .bodyAsJsonObject()
                .getString("status")
                .equals("assigned"));
        walk.granted(HttpMethod.POST, registration, token, json("registrationId", "walker"));

        walk.end();
    }

    private static void enrollments(OperationsWalk walk, String kind, String idName) throws Exception {
        JsonObject enrollment = json(idName, "walker-1")
                .put("attestation", json("type", "symmetricKey").put("symmetricKey", keys()));
        String one = "/" + kind + "/walker-1";
        walk.granted(HttpMethod.PUT, one, enrollment);
        walk.granted(HttpMethod.GET, one, null);
        walk.granted(HttpMethod.POST, one + "/attestationmechanism", null);
        walk.granted(HttpMethod.POST, "/" + kind + "/query", json("query", "SELECT * FROM " + kind));
        walk.granted(HttpMethod.POST, "/" + kind, json("mode", "update").put(kind, new JsonArray(List.of(enrollment))));
        walk.refused(409, HttpMethod.PUT, one, enrollment);
        walk.granted(HttpMethod.DELETE, one, null);
        walk.refused(404, HttpMethod.GET, one, null);
        walk.refused(404, HttpMethod.DELETE, one, null);
        walk.refused(404, HttpMethod.POST, one + "/attestationmechanism", null);
    }

    private static void registrations(OperationsWalk walk, RunningCloud cloud) throws Exception {
        cloud.enrollAtTarget(keys());
        String scope = cloud.targetIdScope();
        String path = "/" + scope + "/registrations/walker-2/register";
        cloud.device(HttpMethod.PUT, path, token(scope, "walker-2"), json("registrationId", "walker-2"));
        walk.granted(HttpMethod.GET, "/registrations/walker-2", null);
        walk.granted(HttpMethod.POST, "/registrations/moved/query", null);
        walk.granted(HttpMethod.DELETE, "/registrations/walker-2", null);
        walk.refused(404, HttpMethod.GET, "/registrations/walker-2", null);
        walk.refused(404, HttpMethod.POST, "/registrations/unknown/query", null);
    }

    private static JsonObject keys() {
        return json("primaryKey", KEYS.primary()).put("secondaryKey", KEYS.secondary());
    }

    private static String token(String scope, String id) {
        return SasToken.sign(
                scope + "/registrations/" + id,
                KEYS.derive(id).primary(),
                Instant.now().plusSeconds(600),
                "registration");
    }

    private static void assertCode(HttpResponse<Buffer> answer, int code) {
        assertThat(answer.bodyAsJsonObject().getInteger("errorCode")).isEqualTo(code);
        assertThat(answer.getHeader("x-ms-error-code")).isEqualTo(Integer.toString(code));
        assertThat(answer.bodyAsJsonObject().getString("trackingId")).isNotBlank();
    }
}
