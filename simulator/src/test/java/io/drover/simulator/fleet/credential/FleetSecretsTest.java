package io.drover.simulator.fleet.credential;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.behaviour.Behaviour;
import java.nio.charset.StandardCharsets;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FleetSecretsTest {
    private static final Scenario.Group PLANT =
            new Scenario.Group("g", 1, Behaviour.OBEDIENT).with(CredentialKind.GROUP_CERTIFICATE, "plant");
    private static final Scenario.Group OWN_KEY =
            new Scenario.Group("g", 1, Behaviour.OBEDIENT).with(CredentialKind.DEVICE_KEY, null);

    private final FleetSecrets secrets = new FleetSecrets(7, null);

    @Test
    void twoProcessesMakeTheSameFromOneSeedAndOthersFromAnother() {
        DeviceCredential.Certificate here = (DeviceCredential.Certificate) secrets.of(PLANT, 1, "d1");
        DeviceCredential.Certificate there =
                (DeviceCredential.Certificate) new FleetSecrets(7, null).of(PLANT, 1, "d1");
        DeviceCredential.Certificate other =
                (DeviceCredential.Certificate) new FleetSecrets(8, null).of(PLANT, 1, "d1");

        assertThat(here).isEqualTo(there);
        assertThat(here.own()).isNotEqualTo(other.own());
        assertThat(secrets.deviceCertificates("d1"))
                .isEqualTo(new FleetSecrets(7, null).deviceCertificates("d1"))
                .doesNotHaveDuplicates();
        assertThat(secrets.deviceKeys("d1")).isNotEqualTo(secrets.deviceKeys("d2"));
    }

    @Test
    void aLeafIsSignedByAnIntermediateAndThatByTheGroupsAuthority() throws Exception {
        DeviceCredential.Certificate device = (DeviceCredential.Certificate) secrets.of(PLANT, 1, "d1");
        X509Certificate root = secrets.authority("plant").certificate();

        device.own().verify(device.chain().get(1).getPublicKey());
        device.chain().get(1).verify(root.getPublicKey());
        root.verify(root.getPublicKey());
        device.own().checkValidity();
        assertThat(device.own().getSubjectX500Principal().getName()).isEqualTo("CN=d1");
        assertThat(device.own().getBasicConstraints()).isNegative();
        assertThat(device.chain().get(1).getBasicConstraints()).isNotNegative();
        assertThat(root.getBasicConstraints()).isNotNegative();
    }

    @Test
    void aDevicesOwnCertificatesNameItAsSubjectAndIssuer() throws Exception {
        for (DeviceCredential.Certificate certificate : secrets.deviceCertificates("d1")) {
            assertThat(certificate.own().getSubjectX500Principal().getName()).isEqualTo("CN=d1");
            assertThat(certificate.own().getIssuerX500Principal().getName()).isEqualTo("CN=d1");
            certificate.own().verify(certificate.own().getPublicKey());
        }
    }

    @Test
    void thePrivateKeyIsTheOneOfTheCertificate() throws Exception {
        DeviceCredential.Certificate device = (DeviceCredential.Certificate) secrets.of(PLANT, 1, "d1");
        byte[] text = "proof".getBytes(StandardCharsets.US_ASCII);

        Signature signing = Signature.getInstance("SHA256withECDSA");
        signing.initSign(device.key());
        signing.update(text);
        byte[] signature = signing.sign();

        Signature verifying = Signature.getInstance("SHA256withECDSA");
        verifying.initVerify(device.own());
        verifying.update(text);
        assertThat(verifying.verify(signature)).isTrue();
    }

    @Test
    void someDevicesUseTheSecondaryKey() {
        List<Boolean> secondary = IntStream.range(0, 400)
                .mapToObj(index -> "d" + index)
                .map(id -> secrets.of(OWN_KEY, 0, id)
                        .equals(new DeviceCredential.Key(secrets.deviceKeys(id).secondary())))
                .toList();

        assertThat(secondary.stream().filter(each -> each).count()).isBetween(60L, 140L);
    }

    @Test
    void noSecretIsInTheText() {
        FleetSecrets.Keys keys = secrets.deviceKeys("d1");

        assertThat(keys + " " + new DeviceCredential.Key(keys.primary()) + " " + secrets)
                .doesNotContain(keys.primary())
                .doesNotContain(keys.secondary());
    }
}
