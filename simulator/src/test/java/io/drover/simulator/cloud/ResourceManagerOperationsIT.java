package io.drover.simulator.cloud;

import static io.drover.simulator.cloud.OperationsWalk.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.tls.DeviceCertificates;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every operation of Resource Manager's documents for IoT Central, provisioning services and hubs. */
@Timeout(90)
class ResourceManagerOperationsIT {
    private static final String SUBSCRIPTION = "/subscriptions/" + RunningCloud.SUBSCRIPTION;
    private static final String GROUP = SUBSCRIPTION + "/resourceGroups/rehearsal";
    private static final String DEVICES = "/providers/Microsoft.Devices";
    private static final String CENTRAL = "/providers/Microsoft.IoTCentral";

    @TempDir
    Path data;

    private OperationsWalk walk;

    @Test
    void everyOperationIsGrantedAndRefusedAsSaidAndTheRestIsNotFound() throws Exception {
        walk = new OperationsWalk(
                new RunningCloud(data),
                "management.azure.test",
                "https://management.azure.test",
                ResourceManagerOperationsIT::version,
                "arm-iotcentral-2021-06-01",
                "arm-dps-2022-02-05",
                "arm-iothub-2023-06-30");

        walk.strangersAreRefused(answer -> assertCode(answer, "AuthenticationFailed"));
        walk.anUnknownVersionIsRefused(answer -> assertCode(answer, "InvalidApiVersionParameter"));
        walk.whatIsNotThereIsNotFound(answer -> assertCode(answer, "NotFound"));
        applications();
        provisioningServices();
        hubs();
        consumerGroups();
        // The documents of the two put the certificate at different places.
        certificates("/provisioningServices/target-dps", uploaded -> uploaded);
        certificates("/IotHubs/target-hub", uploaded -> json("properties", uploaded));

        walk.end();
    }

    private void applications() throws Exception {
        get(SUBSCRIPTION + CENTRAL + "/iotApps");
        get(GROUP + CENTRAL + "/iotApps");
        get(GROUP + CENTRAL + "/iotApps/" + RunningCloud.APPLICATION);
        for (String verb : List.of("/checkNameAvailability", "/checkSubdomainAvailability")) {
            walk.granted(HttpMethod.POST, SUBSCRIPTION + CENTRAL + verb, json("name", "fresh"));
        }
        walk.refused(404, HttpMethod.GET, GROUP + CENTRAL + "/iotApps/unknown", null);
    }

    private void provisioningServices() throws Exception {
        String all = DEVICES + "/provisioningServices";
        String one = GROUP + all + "/target-dps";
        get(SUBSCRIPTION + all);
        get(GROUP + all);
        get(one);
        post(one + "/listkeys");
        post(one + "/keys/provisioningserviceowner/listkeys");
        walk.granted(
                HttpMethod.POST,
                SUBSCRIPTION + DEVICES + "/checkProvisioningServiceNameAvailability",
                json("name", "fresh"));
        walk.refused(404, HttpMethod.POST, one + "/keys/unknown/listkeys", null);
    }

    private void hubs() throws Exception {
        String all = DEVICES + "/IotHubs";
        String one = GROUP + all + "/target-hub";
        get(SUBSCRIPTION + all);
        get(GROUP + all);
        get(one);
        get(one + "/IotHubStats");
        get(one + "/skus");
        get(one + "/quotaMetrics");
        post(one + "/listkeys");
        post(one + "/IotHubKeys/service/listkeys");
        walk.granted(HttpMethod.POST, SUBSCRIPTION + DEVICES + "/checkNameAvailability", json("name", "fresh"));
        walk.refused(404, HttpMethod.GET, GROUP + all + "/unknown", null);
    }

    private void consumerGroups() throws Exception {
        String groups = GROUP + DEVICES + "/IotHubs/target-hub/eventHubEndpoints/events/ConsumerGroups";
        walk.granted(HttpMethod.PUT, groups + "/walkers", json("properties", json("name", "walkers")));
        get(groups);
        get(groups + "/walkers");
        walk.granted(HttpMethod.DELETE, groups + "/walkers", null);
        walk.refused(404, HttpMethod.GET, groups + "/walkers", null);
    }

    private void certificates(String resource, UnaryOperator<JsonObject> body) throws Exception {
        DeviceCertificates maker = DeviceCertificates.root("maker");
        String all = GROUP + DEVICES + resource + "/certificates";
        String one = all + "/maker";
        walk.granted(HttpMethod.PUT, one, body.apply(json("certificate", maker.pem())));
        get(all);
        get(one);
        JsonObject waiting = walk.matching("*", HttpMethod.POST, one + "/generateVerificationCode", null)
                .bodyAsJsonObject();
        String code = waiting.getJsonObject("properties").getString("verificationCode");
        walk.matching(
                waiting.getString("etag"),
                HttpMethod.POST,
                one + "/verify",
                json("certificate", maker.device(code).pem()));
        walk.refused(400, HttpMethod.DELETE, one, null);
        walk.matching("*", HttpMethod.DELETE, one, null);
        walk.refused(404, HttpMethod.GET, one, null);
    }

    private void get(String path) throws Exception {
        walk.granted(HttpMethod.GET, path, null);
    }

    private void post(String path) throws Exception {
        walk.granted(HttpMethod.POST, path, null);
    }

    private static String version(String path) {
        return path.contains("IoTCentral")
                ? "2021-06-01"
                : path.toLowerCase(java.util.Locale.ROOT).contains("provisioningservice") ? "2022-02-05" : "2023-06-30";
    }

    private static void assertCode(HttpResponse<Buffer> answer, String code) {
        JsonObject error = answer.bodyAsJsonObject().getJsonObject("error");
        assertThat(error.getString("code")).isEqualTo(code);
        assertThat(error.getString("message")).isNotBlank();
    }
}
