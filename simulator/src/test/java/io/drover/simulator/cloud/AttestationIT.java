package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.x509.TestAuthority;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Individual enrollments of IoT Central devices. */
@Timeout(60)
class AttestationIT {
    private static final String FIRST = key("the first key of a single device");
    private static final String SECOND = key("the second key of a single device");

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
    void ownKeysAreShownAsCredentialsUntilTheAttestationIsDeleted() throws Exception {
        // Given
        cloud.addDevice("single");
        JsonObject ofGroup = credentials("single");

        // When
        HttpResponse<Buffer> put = call(HttpMethod.PUT, "single", keys(FIRST, SECOND));

        // Then
        assertThat(put.statusCode()).isEqualTo(200);
        assertThat(credentials("single").getJsonObject("symmetricKey").getString("primaryKey"))
                .isEqualTo(FIRST);
        JsonObject patched = call(
                        HttpMethod.PATCH,
                        "single",
                        new JsonObject().put("symmetricKey", new JsonObject().put("primaryKey", SECOND)))
                .bodyAsJsonObject();
        assertThat(patched.getJsonObject("symmetricKey"))
                .isEqualTo(new JsonObject().put("primaryKey", SECOND).put("secondaryKey", SECOND));
        assertThat(call(HttpMethod.DELETE, "single", null).statusCode()).isEqualTo(204);
        assertThat(call(HttpMethod.GET, "single", null).statusCode()).isEqualTo(404);
        assertThat(credentials("single")).isEqualTo(ofGroup);
    }

    @Test
    void aDeviceWithKeysOfItsOwnRegistersWithThemAndNoLongerWithItsGroups() throws Exception {
        // Given
        cloud.addDevice("keyed");
        String ofGroup = credentials("keyed").getJsonObject("symmetricKey").getString("primaryKey");
        call(HttpMethod.PUT, "keyed", keys(FIRST, SECOND));

        // When / Then
        assertThat(SourceDevice.register(cloud, "keyed", ofGroup).getInteger("errorCode"))
                .isEqualTo(401000);
        assertThat(SourceDevice.register(cloud, "keyed", SECOND).getString("status"))
                .isEqualTo("assigned");
        SourceDevice.connect(cloud, "keyed", FIRST).disconnect();
        call(HttpMethod.DELETE, "keyed", null);
        assertThat(SourceDevice.register(cloud, "keyed", ofGroup).getString("status"))
                .isEqualTo("assigned");
    }

    @Test
    void aDeviceWithACertificateOfItsOwnRegistersWithIt() throws Exception {
        // Given
        cloud.addDevice("carded");
        TestAuthority.Issued own = new TestAuthority("carded").issue("carded");
        TestAuthority.Issued other = new TestAuthority("carded").issue("carded");
        call(HttpMethod.PUT, "carded", certificate(own));

        // When / Then
        assertThat(SourceDevice.register(cloud, "carded", other.pem(), other.keyPem())
                        .getInteger("errorCode"))
                .isEqualTo(401000);
        assertThat(SourceDevice.register(cloud, "carded", own.pem(), own.keyPem())
                        .getString("status"))
                .isEqualTo("assigned");
    }

    @Test
    void certificatesNameTheDeviceAndOnlyTheirThumbprintIsShown() throws Exception {
        // Given
        cloud.addDevice("certified");
        TestAuthority.Issued own = new TestAuthority("certified").issue("certified");

        // When
        HttpResponse<Buffer> put = call(HttpMethod.PUT, "certified", certificate(own));

        // Then
        assertThat(put.statusCode()).isEqualTo(200);
        JsonObject primary = credentials("certified")
                .getJsonObject("x509")
                .getJsonObject("clientCertificates")
                .getJsonObject("primary");
        assertThat(primary.fieldNames()).containsExactly("info");
        assertThat(call(HttpMethod.PUT, "certified", certificate(new TestAuthority("ca").issue("certified")))
                        .statusCode())
                .isEqualTo(422);
        assertThat(call(HttpMethod.PUT, "certified", certificate(new TestAuthority("other").issue("other")))
                        .statusCode())
                .isEqualTo(422);
    }

    @Test
    void whatIsNoProofIsRefused() throws Exception {
        cloud.addDevice("odd");
        for (JsonObject body : new JsonObject[] {
            new JsonObject(),
            new JsonObject().put("type", "password"),
            new JsonObject().put("type", "symmetricKey"),
            keys("short", "short"),
            new JsonObject().put("type", "x509"),
            new JsonObject().put("type", "tpm").put("tpm", new JsonObject().put("endorsementKey", "?"))
        }) {
            HttpResponse<Buffer> answer = call(HttpMethod.PUT, "odd", body);
            assertThat(answer.statusCode()).as(body.encode()).isEqualTo(400);
            assertThat(answer.getHeader("x-ms-error-code")).isEqualTo("InvalidBody");
        }
        assertThat(call(HttpMethod.PUT, "nobody", keys(FIRST, SECOND)).statusCode())
                .isEqualTo(404);
        JsonObject tpm = new JsonObject().put("type", "tpm").put("tpm", new JsonObject().put("endorsementKey", FIRST));
        assertThat(call(HttpMethod.PUT, "odd", tpm).bodyAsJsonObject()).isEqualTo(tpm);
    }

    private static String key(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static JsonObject keys(String primary, String secondary) {
        return new JsonObject()
                .put("type", "symmetricKey")
                .put("symmetricKey", new JsonObject().put("primaryKey", primary).put("secondaryKey", secondary));
    }

    private static JsonObject certificate(TestAuthority.Issued issued) throws Exception {
        return new JsonObject()
                .put("type", "x509")
                .put(
                        "x509",
                        new JsonObject()
                                .put(
                                        "clientCertificates",
                                        new JsonObject()
                                                .put("primary", new JsonObject().put("certificate", issued.pem()))));
    }

    private static JsonObject credentials(String id) throws Exception {
        return cloud.central(HttpMethod.GET, "/api/devices/" + id + "/credentials", null)
                .bodyAsJsonObject();
    }

    private static HttpResponse<Buffer> call(HttpMethod method, String id, JsonObject body) throws Exception {
        return cloud.central(method, "/api/devices/" + id + "/attestation", body);
    }
}
