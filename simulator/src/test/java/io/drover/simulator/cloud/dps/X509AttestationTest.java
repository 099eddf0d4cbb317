package io.drover.simulator.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.simulator.cloud.hub.DeviceCredential;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubSku;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.drover.simulator.cloud.tls.DeviceCertificates;
import io.drover.simulator.cloud.x509.CaCertificates;
import io.drover.simulator.cloud.x509.CertificateRefusedException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class X509AttestationTest {
    private final Random random = new Random(1);
    private final Hub hub = new Hub("east.azure-devices.test", HubSku.S1, 1, Clock.systemUTC(), random);
    private final ProvisioningService service = new ProvisioningService(
            "target-dps", "0ne000000AA", List.of(hub), Clock.systemUTC(), Duration.ZERO, random);
    private DeviceCertificates root;
    private DeviceCertificates plant;

    @BeforeEach
    void makeAuthorities() throws Exception {
        root = DeviceCertificates.root("maker");
        plant = root.authority("plant");
    }

    @Test
    void aDeviceBelongsToTheGroupOfTheNearestAuthority() throws Exception {
        trust("a-root", root);
        trust("b-plant", plant);

        Registration registration = register("truck-1", plant.device("Truck-1"));

        assertThat(registration.groupId()).isEqualTo("b-plant");
        assertThat(registration.assignedHub()).isEqualTo(hub.hostName());
        DeviceCredential credential = hub.device("truck-1").orElseThrow().credential();
        assertThat(credential.kind()).isEqualTo(DeviceCredential.Type.SELF_SIGNED);
    }

    @Test
    void theCommonNameMustBeTheRegistrationIdAndTheCertificateInTime() throws Exception {
        trust("plant", plant);

        refuses(() -> register("truck-1", plant.device("truck-2")));
        refuses(() -> register("truck-1", plant.expired("truck-1")));
        refuses(() -> register(
                "truck-1", DeviceCertificates.root("maker").authority("plant").device("truck-1")));
    }

    @Test
    void aReferenceCountsOnceItsOwnerHasProvedToHoldTheKey() throws Exception {
        service.put(
                EnrollmentGroup.of(
                        "referring",
                        AttestationMechanism.of(new X509Attestation(
                                X509Attestation.Kind.CA_REFERENCES, new X509Attestation.Slot(null, "maker-ca"), null))),
                null);
        DeviceCertificates device = plant.device("truck-1");
        CaCertificates authorities = service.authorities();
        authorities.put("maker-ca", root.certificate(), false, null);
        refuses(() -> register("truck-1", device));

        String code = authorities.generateVerificationCode("maker-ca", null).verificationCode();
        assertThatThrownBy(
                        () -> authorities.verify("maker-ca", plant.device(code).certificate(), null))
                .isInstanceOf(CertificateRefusedException.class);
        authorities.verify("Maker-CA", root.device(code).certificate(), null);

        assertThat(register("truck-1", device).groupId()).isEqualTo("referring");
    }

    @Test
    void anIndividualEnrollmentGoesBeforeAnyGroup() throws Exception {
        trust("plant", plant);
        DeviceCertificates own = DeviceCertificates.selfSigned("truck-1");
        service.putIndividual(
                IndividualEnrollment.of(
                        "TRUCK-1",
                        AttestationMechanism.of(X509Attestation.of(X509Attestation.Kind.CLIENT, own.certificate()))),
                null);

        refuses(() -> register("truck-1", plant.device("truck-1")));
        assertThat(register("truck-1", own).groupId()).isNull();
    }

    @Test
    void aTrustedPlatformModuleIsKeptButItsDeviceRefused() {
        service.putIndividual(
                IndividualEnrollment.of(
                        "truck-1",
                        new AttestationMechanism(
                                AttestationType.TPM,
                                null,
                                null,
                                new AttestationMechanism.TpmAttestation("AToAAQ==", null))),
                null);

        refuses(() -> service.register("truck-1", new DeviceProof(null, List.of()), null));
    }

    @Test
    void aServiceTakesAHundredGroupsOfEachAttestation() {
        for (int i = 0; i < 100; i++) {
            service.put(EnrollmentGroup.of("g" + i, SymmetricKey.generate(random)), null);
        }
        trust("plant", plant);

        assertThatThrownBy(() -> service.put(EnrollmentGroup.of("g100", SymmetricKey.generate(random)), null))
                .isInstanceOfSatisfying(
                        ProvisioningException.class,
                        refusal -> assertThat(refusal.error()).isEqualTo(ProvisioningError.LIMIT_REACHED));
        assertThat(service.put(EnrollmentGroup.of("G7", SymmetricKey.generate(random)), "*")
                        .id())
                .isEqualTo("G7");
    }

    private void trust(String group, DeviceCertificates authority) {
        service.put(
                EnrollmentGroup.of(
                        group,
                        AttestationMechanism.of(
                                X509Attestation.of(X509Attestation.Kind.SIGNING, authority.certificate()))),
                null);
    }

    /** Shows the chain without the root, as devices do. */
    private Registration register(String id, DeviceCertificates device) {
        int shown = Math.max(1, device.chain().size() - 1);
        return service.register(id, new DeviceProof(null, device.chain().subList(0, shown)), null);
    }

    private interface Request {
        void run() throws Exception;
    }

    private static void refuses(Request request) {
        assertThatThrownBy(request::run)
                .isInstanceOfSatisfying(
                        ProvisioningException.class,
                        refusal -> assertThat(refusal.error()).isEqualTo(ProvisioningError.UNAUTHORIZED));
    }
}
