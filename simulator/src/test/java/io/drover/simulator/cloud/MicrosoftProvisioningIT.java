package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClient;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientRegistrationResult;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientStatus;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol;
import com.microsoft.azure.sdk.iot.provisioning.device.internal.exceptions.ProvisioningDeviceClientException;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProvider;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProviderSymmetricKey;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProviderTpm;
import com.microsoft.azure.sdk.iot.provisioning.security.exceptions.SecurityProviderException;
import com.microsoft.azure.sdk.iot.provisioning.security.hsm.SecurityProviderX509Cert;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.drover.simulator.cloud.tls.DeviceCertificates;
import io.drover.simulator.fleet.sdk.ConnectToSslContext;
import io.drover.simulator.tpm.SoftwareTpm;
import io.drover.simulator.tpm.TpmFormatException;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Microsoft's unmodified provisioning client with every credential over every protocol that the emulated DPS speaks. */
@Timeout(120)
class MicrosoftProvisioningIT {
    private static final int REGISTRATION_MILLIS = 50_000;
    private static final ProvisioningDeviceClientTransportProtocol HTTPS =
            ProvisioningDeviceClientTransportProtocol.HTTPS;
    private static final List<ProvisioningDeviceClientTransportProtocol> PROTOCOLS = List.of(
            ProvisioningDeviceClientTransportProtocol.MQTT,
            ProvisioningDeviceClientTransportProtocol.MQTT_WS,
            ProvisioningDeviceClientTransportProtocol.HTTPS);

    @TempDir
    static Path data;

    private static final Random RANDOM = new Random(4);
    private static final SymmetricKey GROUP_KEYS = SymmetricKey.generate(RANDOM);
    private static final SymmetricKey OWN_KEYS = SymmetricKey.generate(RANDOM);
    private static RunningCloud cloud;
    private static String idScope;
    private static DeviceCertificates plant;

    private interface Credential {
        SecurityProvider provider(ProvisioningDeviceClientTransportProtocol protocol) throws Exception;
    }

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        idScope = cloud.targetIdScope();
        cloud.enrollAtTarget(keys(GROUP_KEYS));
        plant = DeviceCertificates.root("maker").authority("plant");
        enroll("enrollmentGroups/plant", "x509", certificates("signingCertificates", plant));
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stop();
    }

    @Test
    void everyCredentialRegistersOverEveryProtocol() throws Exception {
        // Given: devices of two groups and two individual enrollments, for each protocol
        List<Credential> credentials = new ArrayList<>();
        for (ProvisioningDeviceClientTransportProtocol protocol : PROTOCOLS) {
            String suffix =
                    "-" + protocol.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
            credentials.add(on -> key(
                    "derived" + suffix, GROUP_KEYS.derive("derived" + suffix).secondary(), on));
            enroll("enrollments/own" + suffix, "symmetricKey", keys(OWN_KEYS));
            credentials.add(on -> key("own" + suffix, OWN_KEYS.secondary(), on));
            DeviceCertificates ofPlant = plant.device("made" + suffix);
            credentials.add(on -> certificate("made" + suffix, ofPlant, on));
            DeviceCertificates single = DeviceCertificates.selfSigned("single" + suffix);
            enroll("enrollments/single" + suffix, "x509", certificates("clientCertificates", single));
            credentials.add(on -> certificate("single" + suffix, single, on));
        }

        // When: all register at once, as the client takes at least 2 s for each
        ExecutorService threads = Executors.newFixedThreadPool(credentials.size());
        List<Future<ProvisioningDeviceClientRegistrationResult>> results = new ArrayList<>();
        for (int i = 0; i < credentials.size(); i++) {
            ProvisioningDeviceClientTransportProtocol protocol = PROTOCOLS.get(i / 4);
            SecurityProvider provider = credentials.get(i).provider(protocol);
            results.add(threads.submit(() -> register(idScope, provider, protocol)));
        }

        // Then
        for (Future<ProvisioningDeviceClientRegistrationResult> result : results) {
            ProvisioningDeviceClientRegistrationResult assigned = result.get(60, TimeUnit.SECONDS);
            assertThat(assigned.getProvisioningDeviceClientStatus())
                    .isEqualTo(ProvisioningDeviceClientStatus.PROVISIONING_DEVICE_STATUS_ASSIGNED);
            assertThat(assigned.getIothubUri()).isEqualTo(RunningCloud.TARGET_HUB);
        }
        threads.shutdown();
        assertThat(state("made-mqtt").getString("status")).isEqualTo("assigned");
        assertThat(state("single-https").getString("deviceId")).isEqualTo("single-https");
    }

    @Test
    void aWrongKeyIsRefusedOverEveryProtocol() {
        String wrong = SymmetricKey.generate(RANDOM).primary();
        for (ProvisioningDeviceClientTransportProtocol protocol : PROTOCOLS) {
            assertThatThrownBy(() -> register(idScope, key("impostor", wrong, protocol), protocol))
                    .isInstanceOf(ProvisioningDeviceClientException.class)
                    .hasStackTraceContaining("Unauthorized");
        }
    }

    @Test
    void aWrongScopeIsRefused() {
        assertThatThrownBy(() -> register(
                        "0ne0BADBAD0",
                        key("lost", GROUP_KEYS.derive("lost").primary(), PROTOCOLS.get(0)),
                        PROTOCOLS.get(0)))
                .isInstanceOf(ProvisioningDeviceClientException.class)
                .hasStackTraceContaining("Unauthorized");
    }

    @Test
    void anUnknownRegistrationIdIsRefusedOverEveryProtocol() {
        // No group's key derives this one's, and no enrollment has the id: DPS does not tell that from a wrong key.
        for (ProvisioningDeviceClientTransportProtocol protocol : PROTOCOLS) {
            assertThatThrownBy(() -> register(idScope, key("unknown-1", OWN_KEYS.primary(), protocol), protocol))
                    .isInstanceOf(ProvisioningDeviceClientException.class)
                    .hasStackTraceContaining("Unauthorized");
        }
        assertThatThrownBy(() -> state("unknown-1")).isInstanceOf(AssertionError.class);
    }

    @Test
    void aCertificateOfAnotherMakerIsRefused() throws Exception {
        DeviceCertificates other = DeviceCertificates.root("stranger").device("stranger-1");

        assertThatThrownBy(
                        () -> register(idScope, certificate("stranger-1", other, PROTOCOLS.get(0)), PROTOCOLS.get(0)))
                .isInstanceOf(ProvisioningDeviceClientException.class)
                .hasStackTraceContaining("Unauthorized");
    }

    @Test
    void aTpmRegistersAndSignsInAtItsHubWithTheKeyItWasGiven() throws Exception {
        SoftwareTpm tpm = tpm();
        enroll(
                "enrollments/tpm-1",
                "tpm",
                new JsonObject().put("endorsementKey", tpm.endorsementKey().base64()));

        ProvisioningDeviceClientRegistrationResult assigned = register(idScope, tpm("tpm-1", tpm, tpm), HTTPS);

        assertThat(assigned.getProvisioningDeviceClientStatus())
                .isEqualTo(ProvisioningDeviceClientStatus.PROVISIONING_DEVICE_STATUS_ASSIGNED);
        String hubKey = cloud.targetHub(HttpMethod.GET, "/devices/tpm-1", null)
                .bodyAsJsonObject()
                .getJsonObject("authentication")
                .getJsonObject("symmetricKey")
                .getString("primaryKey");
        byte[] data = "what a device signs".getBytes(StandardCharsets.US_ASCII);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(hubKey), "HmacSHA256"));
        assertThat(tpm.sign(data)).isEqualTo(mac.doFinal(data));
    }

    @Test
    void aTpmThatIsNotTheEnrolledOneDoesNotRegister() throws Exception {
        SoftwareTpm tpm = tpm();
        SoftwareTpm other = tpm();
        enroll(
                "enrollments/tpm-2",
                "tpm",
                new JsonObject().put("endorsementKey", tpm.endorsementKey().base64()));

        // One that tells its own endorsement key, and one that tells the enrolled one, which is no secret.
        assertThatThrownBy(() -> register(idScope, tpm("tpm-2", other, other), HTTPS))
                .isInstanceOf(ProvisioningDeviceClientException.class);
        assertThatThrownBy(() -> register(idScope, tpm("tpm-2", tpm, other), HTTPS))
                .isInstanceOf(ProvisioningDeviceClientException.class)
                .hasStackTraceContaining("not for this TPM");
        assertThatThrownBy(() -> state("tpm-2")).isInstanceOf(AssertionError.class);
    }

    private static SoftwareTpm tpm() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        return new SoftwareTpm((RSAPublicKey) pair.getPublic(), pair.getPrivate());
    }

    /** What Microsoft's client asks of a TPM: one that tells the keys of the first and holds those of the second. */
    private static SecurityProvider tpm(String id, SoftwareTpm told, SoftwareTpm held) throws Exception {
        SSLContext ssl = ConnectToSslContext.of(cloud.ports().caCertificate(), port(HTTPS));
        return new SecurityProviderTpm() {
            @Override
            public String getRegistrationId() {
                return id;
            }

            @Override
            public SSLContext getSSLContext() {
                return ssl;
            }

            @Override
            public byte[] getEndorsementKey() {
                return Base64.getDecoder().decode(told.endorsementKey().base64());
            }

            @Override
            public byte[] getStorageRootKey() {
                return Base64.getDecoder().decode(told.storageRootKey().base64());
            }

            @Override
            public byte[] activateIdentityKey(byte[] blob) throws SecurityProviderException {
                try {
                    held.activate(blob);
                    return blob;
                } catch (TpmFormatException notForUs) {
                    throw new SecurityProviderException(notForUs);
                }
            }

            @Override
            public byte[] signWithIdentity(byte[] data) {
                return held.sign(data);
            }
        };
    }

    @Test
    void aDeviceOfADisabledEnrollmentIsToldSo() throws Exception {
        JsonObject enrollment = enrollment("symmetricKey", keys(OWN_KEYS))
                .put("registrationId", "disabled-1")
                .put("provisioningStatus", "disabled");
        assertThat(cloud.targetDps(HttpMethod.PUT, "/enrollments/disabled-1", enrollment)
                        .statusCode())
                .isEqualTo(200);

        assertThatThrownBy(() ->
                        register(idScope, key("disabled-1", OWN_KEYS.primary(), PROTOCOLS.get(0)), PROTOCOLS.get(0)))
                .isInstanceOf(ProvisioningDeviceClientException.class);
        assertThat(state("disabled-1").getString("status")).isEqualTo("disabled");
    }

    private static ProvisioningDeviceClientRegistrationResult register(
            String scope, SecurityProvider provider, ProvisioningDeviceClientTransportProtocol protocol)
            throws Exception {
        ProvisioningDeviceClient client =
                ProvisioningDeviceClient.create(RunningCloud.GLOBAL_PROVISIONING, scope, protocol, provider);
        try {
            return client.registerDeviceSync(REGISTRATION_MILLIS);
        } finally {
            client.close();
        }
    }

    private static SecurityProvider key(String id, String key, ProvisioningDeviceClientTransportProtocol protocol)
            throws Exception {
        SSLContext ssl = ConnectToSslContext.of(cloud.ports().caCertificate(), port(protocol));
        return new SecurityProviderSymmetricKey(key.getBytes(StandardCharsets.UTF_8), id) {
            @Override
            public SSLContext getSSLContext() {
                return ssl;
            }
        };
    }

    private static SecurityProvider certificate(
            String id, DeviceCertificates device, ProvisioningDeviceClientTransportProtocol protocol) throws Exception {
        SSLContext ssl = ConnectToSslContext.of(cloud.ports().caCertificate(), port(protocol), device.keyManagers());
        SecurityProvider provider =
                new SecurityProviderX509Cert(
                        device.certificate(),
                        device.keys().getPrivate(),
                        device.chain().subList(1, device.chain().size())) {
                    @Override
                    public SSLContext getSSLContext() {
                        return ssl;
                    }
                };
        assertThat(provider.getRegistrationId()).isEqualTo(id);
        return provider;
    }

    private static int port(ProvisioningDeviceClientTransportProtocol protocol) {
        return protocol == ProvisioningDeviceClientTransportProtocol.MQTT
                ? cloud.ports().mqtt()
                : cloud.ports().https();
    }

    private static JsonObject state(String id) throws Exception {
        var answer = cloud.targetDps(HttpMethod.GET, "/registrations/" + id, null);
        assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(200);
        return answer.bodyAsJsonObject();
    }

    private static void enroll(String path, String type, JsonObject attestation) throws Exception {
        String id = path.substring(path.indexOf('/') + 1);
        String key = path.startsWith("enrollmentGroups/") ? "enrollmentGroupId" : "registrationId";
        var answer = cloud.targetDps(
                HttpMethod.PUT, "/" + path, enrollment(type, attestation).put(key, id));
        assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(200);
    }

    private static JsonObject enrollment(String type, JsonObject attestation) {
        return new JsonObject()
                .put("attestation", new JsonObject().put("type", type).put(type, attestation));
    }

    private static JsonObject keys(SymmetricKey keys) {
        return new JsonObject().put("primaryKey", keys.primary()).put("secondaryKey", keys.secondary());
    }

    private static JsonObject certificates(String kind, DeviceCertificates certificates) {
        return new JsonObject()
                .put(kind, new JsonObject().put("primary", new JsonObject().put("certificate", certificates.pem())));
    }
}
