package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.azure.sdk.iot.provisioning.service.ProvisioningServiceClient;
import com.microsoft.azure.sdk.iot.provisioning.service.Query;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.BulkEnrollmentOperationResult;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.BulkOperationMode;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.DeviceRegistrationState;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.EnrollmentGroup;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.IndividualEnrollment;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.ProvisioningStatus;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.QueryResult;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.QuerySpecification;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.SymmetricKeyAttestation;
import com.microsoft.azure.sdk.iot.provisioning.service.configs.X509Attestation;
import com.microsoft.azure.sdk.iot.provisioning.service.exceptions.ProvisioningServiceClientNotFoundException;
import com.microsoft.azure.sdk.iot.provisioning.service.exceptions.ProvisioningServiceClientPreconditionFailedException;
import com.microsoft.azure.sdk.iot.provisioning.service.exceptions.ProvisioningServiceClientUnathorizedException;
import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.drover.simulator.cloud.tls.DeviceCertificates;
import io.drover.simulator.fleet.sdk.ConnectToSslContext;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Microsoft's unmodified provisioning service client against the emulated DPS, signed in with shared access policies. */
@Timeout(90)
class MicrosoftServiceClientIT {
    @TempDir
    static Path data;

    private static final SymmetricKey KEYS = SymmetricKey.generate(new Random(5));
    private static final QuerySpecification ANYTHING = new QuerySpecification("SELECT * FROM enrollments");
    private static RunningCloud cloud;
    private static SSLSocketFactory usual;
    private static ProvisioningServiceClient client;

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        // The client has no setting for trust and addresses: it uses the JVM's default.
        usual = HttpsURLConnection.getDefaultSSLSocketFactory();
        HttpsURLConnection.setDefaultSSLSocketFactory(ConnectToSslContext.of(
                        cloud.ports().caCertificate(), cloud.ports().https())
                .getSocketFactory());
        client = client(
                "operator", "EnrollmentRead", "EnrollmentWrite", "RegistrationStatusRead", "RegistrationStatusWrite");
    }

    @AfterAll
    static void stop() throws Exception {
        HttpsURLConnection.setDefaultSSLSocketFactory(usual);
        cloud.stop();
    }

    @Test
    void anEnrollmentGroupIsCreatedUpdatedWithItsEtagAndDeleted() throws Exception {
        EnrollmentGroup created = client.createOrUpdateEnrollmentGroup(
                new EnrollmentGroup("trucks", new SymmetricKeyAttestation(KEYS.primary(), KEYS.secondary())));
        String first = created.getEtag();
        created.setProvisioningStatus(ProvisioningStatus.DISABLED);
        EnrollmentGroup updated = client.createOrUpdateEnrollmentGroup(created);
        updated.setEtag(first);

        assertThat(updated.getProvisioningStatus()).isEqualTo(ProvisioningStatus.DISABLED);
        assertThatThrownBy(() -> client.createOrUpdateEnrollmentGroup(updated))
                .isInstanceOf(ProvisioningServiceClientPreconditionFailedException.class);
        SymmetricKeyAttestation keys = (SymmetricKeyAttestation)
                client.getEnrollmentGroupAttestationMechanism("trucks").getAttestation();
        assertThat(keys.getPrimaryKey()).isEqualTo(KEYS.primary());
        client.deleteEnrollmentGroup("trucks");
        assertThatThrownBy(() -> client.getEnrollmentGroup("trucks"))
                .isInstanceOf(ProvisioningServiceClientNotFoundException.class);
    }

    @Test
    void anIndividualEnrollmentKeepsItsCertificateThroughAnUpdate() throws Exception {
        DeviceCertificates device = DeviceCertificates.selfSigned("bus-1");
        IndividualEnrollment enrollment =
                new IndividualEnrollment("bus-1", X509Attestation.createFromClientCertificates(device.pem()));
        enrollment.setDeviceId("Bus-1-at-the-hub");

        IndividualEnrollment stored = client.createOrUpdateIndividualEnrollment(enrollment);
        stored.setProvisioningStatus(ProvisioningStatus.DISABLED);
        client.createOrUpdateIndividualEnrollment(stored);

        IndividualEnrollment read = client.getIndividualEnrollment("BUS-1");
        assertThat(read.getDeviceId()).isEqualTo("Bus-1-at-the-hub");
        assertThat(((X509Attestation) read.getAttestation())
                        .getPrimaryX509CertificateInfo()
                        .getSubjectName())
                .isEqualTo("CN=bus-1");
        client.deleteIndividualEnrollment(read);
    }

    @Test
    void enrollmentsAreMadeInBulkReadInPagesAndDeletedInBulk() throws Exception {
        List<IndividualEnrollment> five = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            five.add(new IndividualEnrollment(
                    "bulk-" + i, new SymmetricKeyAttestation(KEYS.primary(), KEYS.secondary())));
        }

        BulkEnrollmentOperationResult made = client.runBulkEnrollmentOperation(BulkOperationMode.CREATE, five);
        BulkEnrollmentOperationResult again =
                client.runBulkEnrollmentOperation(BulkOperationMode.CREATE, five.subList(0, 2));
        List<String> seen = new ArrayList<>();
        int pages = 0;
        Query query = client.createIndividualEnrollmentQuery(ANYTHING, 2);
        while (query.hasNext()) {
            QueryResult page = query.next();
            pages++;
            for (Object item : page.getItems()) {
                seen.add(((IndividualEnrollment) item).getRegistrationId());
            }
        }
        BulkEnrollmentOperationResult gone = client.runBulkEnrollmentOperation(BulkOperationMode.DELETE, five);

        assertThat(made.getSuccessful()).isTrue();
        assertThat(again.getSuccessful()).isFalse();
        assertThat(again.getErrors()).extracting(error -> error.getErrorCode()).containsExactly(409201, 409201);
        assertThat(seen)
                .contains("bulk-0", "bulk-1", "bulk-2", "bulk-3", "bulk-4")
                .doesNotHaveDuplicates();
        assertThat(pages).isGreaterThanOrEqualTo(3);
        assertThat(gone.getSuccessful()).isTrue();
    }

    @Test
    void registrationStatesAreReadListedAndDeleted() throws Exception {
        client.createOrUpdateEnrollmentGroup(
                new EnrollmentGroup("vans", new SymmetricKeyAttestation(KEYS.primary(), KEYS.secondary())));
        register("van-1");
        cloud.until(() -> "assigned".equals(state("van-1")));

        DeviceRegistrationState read = client.getDeviceRegistrationState("van-1");
        Query query = client.createEnrollmentGroupRegistrationStateQuery(ANYTHING, "vans");
        Object[] listed = query.next().getItems();
        client.deleteDeviceRegistrationState(read);

        assertThat(read.getAssignedHub()).isEqualTo(RunningCloud.TARGET_HUB);
        assertThat(listed).hasSize(1);
        assertThat(((DeviceRegistrationState) listed[0]).getRegistrationId()).isEqualTo("van-1");
        assertThatThrownBy(() -> client.getDeviceRegistrationState("van-1"))
                .isInstanceOf(ProvisioningServiceClientNotFoundException.class);
    }

    @Test
    void aPolicyAllowsNoMoreThanItsRights() throws Exception {
        ProvisioningServiceClient reader = client("reader", "EnrollmentRead");

        assertThat(reader.createEnrollmentGroupQuery(ANYTHING).hasNext()).isTrue();
        assertThatThrownBy(() -> reader.deleteEnrollmentGroup("whatever"))
                .isInstanceOf(ProvisioningServiceClientUnathorizedException.class);
        assertThatThrownBy(() -> reader.getDeviceRegistrationState("whatever"))
                .isInstanceOf(ProvisioningServiceClientUnathorizedException.class);
    }

    private static ProvisioningServiceClient client(String policy, String... rights) throws Exception {
        JsonObject made = cloud.control(
                        HttpMethod.PUT,
                        "/control/provisioning-services/target-dps/policies/" + policy,
                        new JsonObject().put("rights", new JsonArray(List.of(rights))))
                .bodyAsJsonObject();
        return new ProvisioningServiceClient("HostName=" + RunningCloud.TARGET_DPS + ";SharedAccessKeyName=" + policy
                + ";SharedAccessKey=" + made.getString("primaryKey"));
    }

    private static void register(String id) throws Exception {
        String scope = cloud.targetIdScope();
        String token = SasToken.sign(
                scope + "/registrations/" + id,
                KEYS.derive(id).primary(),
                Instant.now().plusSeconds(600),
                "registration");
        var answer = cloud.device(
                HttpMethod.PUT,
                "/" + scope + "/registrations/" + id + "/register",
                token,
                new JsonObject().put("registrationId", id));
        assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(202);
    }

    private static String state(String id) throws Exception {
        return cloud.targetDps(HttpMethod.GET, "/registrations/" + id, null)
                .bodyAsJsonObject()
                .getString("status");
    }
}
