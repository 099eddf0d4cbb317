package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.tls.DeviceCertificates;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** CA certificates of provisioning services and hubs at the resource manager, up to what a device gains by them. */
@Timeout(60)
class ArmCertificatesIT {
    private static final String DEVICES = "/resourceGroups/rehearsal/providers/Microsoft.Devices";
    private static final String DPS = DEVICES + "/provisioningServices/target-dps/certificates";
    private static final String HUB = DEVICES + "/IotHubs/target-hub/certificates";

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
    void aGroupCanNameAnAuthorityOnceItsOwnerHasProvedToHoldTheKey() throws Exception {
        DeviceCertificates maker = DeviceCertificates.root("maker");
        JsonObject uploaded = ok(call(HttpMethod.PUT, DPS + "/maker", null, certificate(maker)));
        assertThat(uploaded.getJsonObject("properties").getBoolean("isVerified"))
                .isFalse();
        JsonObject attestation = new JsonObject()
                .put("type", "x509")
                .put("x509", new JsonObject().put("caReferences", new JsonObject().put("primary", "maker")));
        JsonObject group =
                new JsonObject().put("enrollmentGroupId", "referring").put("attestation", attestation);
        ok(cloud.targetDps(HttpMethod.PUT, "/enrollmentGroups/referring", group));
        assertThat(register(maker.device("truck-1"), "truck-1").statusCode()).isEqualTo(401);

        // When
        JsonObject waiting =
                ok(call(HttpMethod.POST, DPS + "/maker/generateVerificationCode", uploaded.getString("etag"), null));
        String code = waiting.getJsonObject("properties").getString("verificationCode");
        assertThat(call(HttpMethod.POST, DPS + "/maker/verify", "*", certificate(maker.device("another")))
                        .bodyAsJsonObject()
                        .getString("httpStatusCode"))
                .isEqualTo("BadRequest");
        JsonObject verified = ok(call(
                HttpMethod.POST, DPS + "/maker/verify", waiting.getString("etag"), certificate(maker.device(code))));

        // Then
        assertThat(verified.getJsonObject("properties").getBoolean("isVerified"))
                .isTrue();
        assertThat(register(maker.device("truck-1"), "truck-1").statusCode()).isEqualTo(202);
        assertThat(cloud.control(HttpMethod.GET, "/control/provisioning-services/target-dps/certificates/maker", null)
                        .bodyAsJsonObject()
                        .getString("etag"))
                .isEqualTo(verified.getString("etag"));
    }

    @Test
    void aHubTellsWhatItTrusts() throws Exception {
        DeviceCertificates root = DeviceCertificates.root("root");
        JsonObject body = new JsonObject().put("properties", certificate(root).put("isVerified", true));
        HttpResponse<Buffer> first = call(HttpMethod.PUT, HUB + "/root", null, body);
        assertThat(first.statusCode()).isEqualTo(201);
        String etag = first.bodyAsJsonObject().getString("etag");

        assertThat(call(HttpMethod.PUT, HUB + "/root", etag, body).statusCode()).isEqualTo(200);
        assertThat(call(HttpMethod.PUT, HUB + "/root", etag, body).statusCode()).isEqualTo(412);
        JsonObject read = ok(call(HttpMethod.GET, HUB + "/ROOT", null, null));
        assertThat(read.getJsonObject("properties").getBoolean("isVerified")).isTrue();
        assertThat(ok(call(HttpMethod.GET, HUB, null, null)).getJsonArray("value"))
                .containsExactly(read);
        assertThat(read.getString("id")).endsWith("/IotHubs/target-hub/certificates/root");
        assertThat(call(HttpMethod.DELETE, HUB + "/root", etag, null).statusCode())
                .isEqualTo(412);
        assertThat(call(HttpMethod.DELETE, HUB + "/root", read.getString("etag"), null)
                        .statusCode())
                .isEqualTo(200);
        assertThat(call(HttpMethod.DELETE, HUB + "/root", "*", null).statusCode())
                .isEqualTo(204);
        assertThat(call(HttpMethod.GET, HUB + "/root", null, null)
                        .bodyAsJsonObject()
                        .getString("code"))
                .isEqualTo("404001");
    }

    @Test
    void whatIsNoAuthorityIsRefused() throws Exception {
        DeviceCertificates device = DeviceCertificates.selfSigned("truck-1");
        JsonObject text = new JsonObject().put("certificate", "no certificate");

        assertThat(call(HttpMethod.PUT, DPS + "/device", null, certificate(device))
                        .statusCode())
                .isEqualTo(400);
        assertThat(call(HttpMethod.PUT, DPS + "/text", null, text)
                        .bodyAsJsonObject()
                        .getString("message"))
                .contains("neither PEM nor base64");
        assertThat(call(HttpMethod.PUT, HUB + "/empty", null, new JsonObject()).statusCode())
                .isEqualTo(400);
    }

    @Test
    void aReaderCannotWrite() throws Exception {
        cloud.addToEstate(new JsonObject()
                .put("tenantId", RunningCloud.TENANT)
                .put(
                        "servicePrincipals",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("clientId", "44444444-4444-4444-4444-444444444444")
                                        .put("clientSecret", RunningCloud.SECRET)
                                        .put("roles", new JsonArray().add("arm.reader")))));
        String reader = cloud.token("44444444-4444-4444-4444-444444444444", "https://management.azure.test/.default");

        assertThat(send(HttpMethod.GET, DPS, null, null, reader).statusCode()).isEqualTo(200);
        assertThat(send(HttpMethod.DELETE, DPS + "/none", "*", null, reader)
                        .bodyAsJsonObject()
                        .getJsonObject("error")
                        .getString("code"))
                .isEqualTo("AuthorizationFailed");
    }

    private static HttpResponse<Buffer> register(DeviceCertificates device, String id) throws Exception {
        return cloud.registerByCertificate(device, cloud.targetIdScope(), id);
    }

    private static JsonObject certificate(DeviceCertificates certificates) {
        return new JsonObject().put("certificate", certificates.pem());
    }

    private static JsonObject ok(HttpResponse<Buffer> answer) {
        assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(200);
        return answer.bodyAsJsonObject();
    }

    private static HttpResponse<Buffer> call(HttpMethod method, String path, String ifMatch, JsonObject body)
            throws Exception {
        return send(method, path, ifMatch, body, cloud.token("https://management.azure.test/.default"));
    }

    private static HttpResponse<Buffer> send(
            HttpMethod method, String path, String ifMatch, JsonObject body, String token) throws Exception {
        String version = path.contains("/IotHubs/") ? "2023-06-30" : "2022-02-05";
        HttpRequest<Buffer> request = cloud.request(
                        method,
                        "management.azure.test",
                        "/subscriptions/" + RunningCloud.SUBSCRIPTION + path + "?api-version=" + version)
                .putHeader("authorization", "Bearer " + token);
        if (ifMatch != null) {
            request.putHeader("if-match", ifMatch);
        }
        return cloud.await(body == null ? request.send() : request.sendJsonObject(body));
    }
}
