package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.sas.SymmetricKey;
import io.drover.simulator.fleet.credential.SymmetricKeys;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What devices that register over HTTPS meet under the faults of DPS's device API. */
@Timeout(120)
class DeviceApiFaultsIT {
    private static final SymmetricKey KEYS = SymmetricKey.generate(new Random(7));

    @TempDir
    static Path data;

    private static RunningCloud cloud;
    private static String idScope;

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        cloud.enrollAtTarget(new JsonObject().put("primaryKey", KEYS.primary()).put("secondaryKey", KEYS.secondary()));
        idScope = cloud.targetIdScope();
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stop();
    }

    @AfterEach
    void repair() throws Exception {
        cloud.noFaults();
    }

    @Test
    void aRegistrationIsThrottledOnceWithRetryAfter() throws Exception {
        cloud.fault("dps-throttled", new JsonObject().put("delay", "30s"));

        HttpResponse<Buffer> refused = register("throttled");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.getHeader("Retry-After")).isEqualTo("3");
        assertThat(refused.bodyAsJsonObject().getInteger("errorCode")).isEqualTo(429001);
        assertThat(register("throttled").statusCode()).isEqualTo(202);
    }

    @Test
    void aRightKeyIsRefusedOnce() throws Exception {
        cloud.fault("dps-unauthorized", null);

        HttpResponse<Buffer> refused = register("refused-once");

        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.getHeader("x-ms-error-code")).isEqualTo("401002");
        assertThat(refused.bodyAsJsonObject().getInteger("errorCode")).isEqualTo(401002);
        assertThat(register("refused-once").statusCode()).isEqualTo(202);
    }

    @Test
    void customAllocationFailsAndTheSecondTryWorks() throws Exception {
        cloud.fault("dps-custom-allocation-failed", null);

        JsonObject failed = register("unknown-yet").bodyAsJsonObject();

        assertThat(failed.getString("status")).isEqualTo("failed");
        assertThat(failed.getJsonObject("registrationState").getInteger("errorCode"))
                .isEqualTo(400207);
        assertThat(register("unknown-yet").bodyAsJsonObject().getString("status"))
                .isEqualTo("assigning");
    }

    @Test
    void aDeviceIsAssigningAsLongAsTheFaultIsOn() throws Exception {
        cloud.fault("dps-assigning-forever", null);
        String operation = register("forever").bodyAsJsonObject().getString("operationId");

        HttpResponse<Buffer> held = poll("forever", operation);
        cloud.until(() -> "assigned".equals(lookUp("forever").getString("status")));
        HttpResponse<Buffer> stillHeld = poll("forever", operation);
        cloud.noFaults();

        assertThat(held.statusCode()).isEqualTo(202);
        assertThat(stillHeld.statusCode()).isEqualTo(202);
        assertThat(stillHeld.getHeader("Retry-After")).isEqualTo("1");
        assertThat(stillHeld.bodyAsJsonObject().getString("operationId")).isEqualTo(operation);
        cloud.until(() -> poll("forever", operation).statusCode() == 200);
    }

    @Test
    void anAssignmentTakesItsTime() throws Exception {
        cloud.fault("dps-slow-assignment", new JsonObject().put("delay", "2s"));
        String operation = register("slow").bodyAsJsonObject().getString("operationId");

        Instant asked = Instant.now();
        cloud.until(() -> poll("slow", operation).statusCode() == 200);

        assertThat(Instant.now()).isAfterOrEqualTo(asked.plusSeconds(2));
        assertThat(cloud.injected("dps-slow-assignment")).isPositive();
    }

    @Test
    void retryAfterIsMissingOrWrong() throws Exception {
        assertThat(register("paced").getHeader("Retry-After")).isEqualTo("1");

        cloud.fault("dps-retry-after-missing", null);
        assertThat(register("paced-not").getHeader("Retry-After")).isNull();
        cloud.noFaults();

        cloud.fault("dps-retry-after-wrong", null);
        assertThat(register("paced-wrongly").getHeader("Retry-After")).isEqualTo("soon");
    }

    @Test
    void aFaultOfMqttAloneLeavesHttpsAlone() throws Exception {
        cloud.fault("dps-throttled", new JsonObject().put("service", "dps-mqtt"));

        assertThat(register("by-https").statusCode()).isEqualTo(202);
    }

    private static HttpResponse<Buffer> register(String id) throws Exception {
        return send(HttpMethod.PUT, id, "/register", new JsonObject().put("registrationId", id));
    }

    private static HttpResponse<Buffer> poll(String id, String operation) throws Exception {
        return send(HttpMethod.GET, id, "/operations/" + operation, null);
    }

    private static JsonObject lookUp(String id) throws Exception {
        return send(HttpMethod.POST, id, "", new JsonObject().put("registrationId", id))
                .bodyAsJsonObject();
    }

    private static HttpResponse<Buffer> send(HttpMethod method, String id, String operation, JsonObject body)
            throws Exception {
        String token = SymmetricKeys.provisioningToken(
                idScope, id, KEYS.derive(id).primary(), Instant.now().plusSeconds(600));
        return cloud.send(
                method,
                RunningCloud.GLOBAL_PROVISIONING,
                "/" + idScope + "/registrations/" + id + operation + "?api-version=2021-10-01",
                token,
                body);
    }
}
