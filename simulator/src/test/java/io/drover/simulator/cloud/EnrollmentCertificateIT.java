package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.x509.TestAuthority;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Enrollment groups with certificates, and the proof that a caller has an authority's key. */
@Timeout(60)
class EnrollmentCertificateIT {
    private static final String GROUP = "/api/enrollmentGroups/factory";
    private static final String PRIMARY = GROUP + "/certificates/primary";

    @TempDir
    static Path data;

    private static RunningCloud cloud;
    private static TestAuthority authority;

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        authority = new TestAuthority("factory");
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stop();
    }

    @Test
    void aCertificateIsVerifiedByAProofSignedWithItsKeyAndNothingElse() throws Exception {
        // Given
        JsonObject made = call(HttpMethod.PUT, GROUP, group()).bodyAsJsonObject();
        assertThat(made.getJsonObject("attestation").getString("type")).isEqualTo("x509");
        HttpResponse<Buffer> put = call(HttpMethod.PUT, PRIMARY, new JsonObject().put("certificate", authority.pem()));
        assertThat(put.statusCode()).isEqualTo(200);
        assertThat(put.bodyAsJsonObject().getBoolean("verified")).isFalse();
        assertThat(put.bodyAsJsonObject().getJsonObject("info").getString("sha1Thumbprint"))
                .matches("[0-9A-F]{40}");

        // When / Then
        assertRefused(verify(authority.issue("anything")), 400, "InvalidVerificationCertificate");
        String code = call(HttpMethod.POST, PRIMARY + "/generateVerificationCode", null)
                .bodyAsJsonObject()
                .getString("verificationCode");
        assertRefused(verify(authority.issue("another-code")), 400, "InvalidVerificationCertificate");
        assertRefused(verify(new TestAuthority("factory").issue(code)), 400, "InvalidVerificationCertificate");
        cloud.addDevice("from-factory");
        TestAuthority.Issued device = authority.issue("from-factory");
        assertThat(register(device).getInteger("errorCode")).isEqualTo(401000);
        assertThat(verify(authority.issue(code)).statusCode()).isEqualTo(204);
        JsonObject shown = call(HttpMethod.GET, GROUP, null).bodyAsJsonObject();
        assertThat(shown.getJsonObject("attestation")
                        .getJsonObject("x509")
                        .getJsonObject("signingCertificates")
                        .getJsonObject("primary")
                        .getBoolean("verified"))
                .isTrue();
        assertThat(shown.encode()).doesNotContain("BEGIN CERTIFICATE");
        assertThat(register(device).getString("status")).isEqualTo("assigned");
        assertThat(call(HttpMethod.DELETE, PRIMARY, null).statusCode()).isEqualTo(204);
        assertRefused(call(HttpMethod.GET, PRIMARY, null), 404, "NotFound");
        assertThat(call(HttpMethod.DELETE, GROUP, null).statusCode()).isEqualTo(204);
        assertRefused(call(HttpMethod.GET, GROUP, null), 404, "NotFound");
    }

    @Test
    void whatIsNoAuthorityOrInTheWrongPlaceIsRefused() throws Exception {
        call(HttpMethod.PUT, "/api/enrollmentGroups/other", group());
        String other = "/api/enrollmentGroups/other/certificates";

        assertRefused(
                call(
                        HttpMethod.PUT,
                        other + "/primary",
                        new JsonObject()
                                .put("certificate", authority.issue("leaf").pem())),
                400,
                "InvalidBody");
        assertRefused(
                call(HttpMethod.PUT, other + "/primary", new JsonObject().put("certificate", "nonsense")),
                400,
                "InvalidBody");
        assertRefused(
                call(HttpMethod.PUT, other + "/third", new JsonObject().put("certificate", authority.pem())),
                400,
                "InvalidParameter");
        assertRefused(
                call(
                        HttpMethod.PUT,
                        "/api/enrollmentGroups/SAS-IoT-Devices/certificates/primary",
                        new JsonObject().put("certificate", authority.pem())),
                422,
                "UnprocessableEntity");
        assertRefused(call(HttpMethod.PUT, "/api/enrollmentGroups/SAS-IoT-Devices", group()), 409, "Conflict");
        assertThat(call(HttpMethod.GET, "/api/enrollmentGroups", null).bodyAsJsonObject().getJsonArray("value").stream()
                        .map(one -> ((JsonObject) one).getString("id")))
                .contains("other", "SAS-IoT-Devices");
    }

    private static JsonObject register(TestAuthority.Issued device) throws Exception {
        return SourceDevice.register(cloud, "from-factory", device.pem() + authority.pem(), device.keyPem());
    }

    private static HttpResponse<Buffer> verify(TestAuthority.Issued proof) throws Exception {
        return call(HttpMethod.POST, PRIMARY + "/verify", new JsonObject().put("certificate", proof.pem()));
    }

    private static JsonObject group() {
        return new JsonObject()
                .put("displayName", "Factory")
                .put("type", "iot")
                .put("attestation", new JsonObject().put("type", "x509"));
    }

    private static void assertRefused(HttpResponse<Buffer> answer, int status, String code) {
        assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(status);
        assertThat(answer.getHeader("x-ms-error-code")).isEqualTo(code);
    }

    private static HttpResponse<Buffer> call(HttpMethod method, String path, JsonObject body) throws Exception {
        return cloud.central(method, path, body);
    }
}
