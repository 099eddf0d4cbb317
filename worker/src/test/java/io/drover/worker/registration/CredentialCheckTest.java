package io.drover.worker.registration;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.DeviceKeys;
import io.drover.worker.azure.GroupKeys;
import io.drover.worker.device.DeviceCredential;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class CredentialCheckTest {
    /** The published vector of "Symmetric key attestation" (reference section c.1). */
    private static final String GROUP_KEY =
            "8isrFI1sGsIlvvFSSFRiMfCNzv21fjbE/+ah/lSh3lF8e2YG1Te7w1KpZhJFFXJrqYKi9yegxkqIChbqOS9Egw==";

    private static final String ID = "sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6";
    private static final String DERIVED = "Jsm0lyGpjaVYVP2g3FnmnmG9dI/9qU24wNoykUmermc=";
    private static final String OTHER = "MDEyMzQ1Njc4OWFiY2RlZg==";

    @Test
    void aKeyIsAGroupsOnlyWhenItDerivesFromOneOfThem() {
        GroupKeys primary = new GroupKeys(GROUP_KEY, OTHER);
        GroupKeys secondary = new GroupKeys(OTHER, GROUP_KEY);
        GroupKeys neither = new GroupKeys(OTHER, OTHER);

        assertThat(kind(new DeviceKeys(DERIVED, OTHER), neither, primary)).isEqualTo(DeviceCredential.GROUP_KEY);
        assertThat(kind(new DeviceKeys(OTHER, DERIVED), neither, secondary)).isEqualTo(DeviceCredential.GROUP_KEY);
        assertThat(kind(new DeviceKeys(DERIVED, OTHER), neither, secondary)).isEqualTo(DeviceCredential.DEVICE_KEY);
        assertThat(kind(new DeviceKeys(DERIVED, OTHER))).isEqualTo(DeviceCredential.DEVICE_KEY);
    }

    @Test
    void certificatesAndTpmsAreToldByWhatIsShown() {
        assertThat(kind("x509", "{\"clientCertificates\":{\"primary\":{\"info\":{\"sha1Thumbprint\":\"AB\"}}}}"))
                .isEqualTo(DeviceCredential.DEVICE_CERTIFICATE);
        assertThat(kind("tpm", "{\"endorsementKey\":\"RUs=\"}")).isEqualTo(DeviceCredential.TPM);
        assertThat(DeviceAttestation.of(new JsonObject().put("idScope", "0ne1")))
                .isEmpty();
    }

    @Test
    void whatADeviceProvesItselfWithIsNeverShown() {
        DeviceAttestation keys = DeviceAttestation.of(new DeviceKeys(DERIVED, OTHER));

        assertThat(keys + " " + keys.keys()).doesNotContain(DERIVED, OTHER);
    }

    private static DeviceCredential kind(DeviceKeys keys, GroupKeys... groups) {
        return CredentialCheck.classify(DeviceAttestation.of(keys), ID, List.of(groups));
    }

    private static DeviceCredential kind(String type, String json) {
        return CredentialCheck.classify(
                DeviceAttestation.of(new JsonObject().put(type, new JsonObject(json)))
                        .orElseThrow(),
                ID,
                List.of());
    }
}
