package io.drover.simulator.tpm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SoftwareTpmTest {
    private static final byte[] KEY = "thirty-two bytes, a key of DPS's".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DATA = "scope/registrations/truck".getBytes(StandardCharsets.US_ASCII);
    private static final SecureRandom RANDOM = new SecureRandom();

    private static SoftwareTpm tpm;
    private static SoftwareTpm other;

    @BeforeAll
    static void make() throws Exception {
        tpm = make(KeyPairGenerator.getInstance("RSA"));
        other = make(KeyPairGenerator.getInstance("RSA"));
    }

    private static SoftwareTpm make(KeyPairGenerator generator) {
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        return new SoftwareTpm((RSAPublicKey) pair.getPublic(), pair.getPrivate());
    }

    @Test
    void theEnrolledTpmOpensTheKeyAndSignsWithIt() throws Exception {
        assertThatThrownBy(() -> tpm.sign(DATA)).isInstanceOf(IllegalStateException.class);

        tpm.activate(blob(tpm, tpm));

        assertThat(tpm.sign(DATA)).isEqualTo(TpmCrypto.hmac(KEY, DATA));
    }

    @Test
    void noOtherTpmOpensIt() {
        assertThatThrownBy(() -> other.activate(blob(tpm, tpm)))
                .isInstanceOf(TpmFormatException.class)
                .hasMessageContaining("not for this TPM");
        assertThatThrownBy(() -> other.activate(blob(tpm, other))).isInstanceOf(TpmFormatException.class);
        assertThatThrownBy(() -> other.activate(blob(other, tpm))).isInstanceOf(TpmFormatException.class);
    }

    @Test
    void aBlobThatWasChangedAnywhereBeforeItsPurposeIsNotOpened() throws Exception {
        byte[] blob = blob(tpm, tpm);
        int purpose = "scope/registrations/truck".length();

        for (int i = 0; i < blob.length - purpose; i += 7) {
            byte[] changed = blob.clone();
            changed[i] ^= 1;
            assertThatThrownBy(() -> tpm.activate(changed)).as("byte " + i).isInstanceOf(TpmFormatException.class);
        }
        for (int length = 0; length < blob.length; length += 13) {
            byte[] cut = Arrays.copyOf(blob, length);
            assertThatThrownBy(() -> tpm.activate(cut)).as("length " + length).isInstanceOf(TpmFormatException.class);
        }
    }

    @Test
    void theKeysAreOfTheTemplatesThatMicrosoftsProvidersUse() throws Exception {
        assertThat(tpm.endorsementKey().base64())
                .startsWith("AToAAQALAAMAsgAgg3GXZ0SEs/gakMyNRqXXJP1S124GUgtk8qHaGzMUaaoABgCAAEMAEAgAAAAAAAEA");
        assertThat(tpm.storageRootKey().base64()).startsWith("ARoAAQALAAMEcgAAAAYAgABDABAIAAAAAAAB");
        assertThat(TpmPublic.parse(tpm.endorsementKey().base64())).isEqualTo(tpm.endorsementKey());
    }

    @Test
    void whatIsNoStorageKeyIsSaidToBeNone() {
        byte[] area = Base64.getDecoder().decode(tpm.endorsementKey().base64());
        area[5] = 12;

        for (String wrong : new String[] {
            "",
            "?",
            "AToAAQ==",
            Base64.getEncoder().encodeToString(area),
            Base64.getEncoder().encodeToString(KEY)
        }) {
            assertThatThrownBy(() -> TpmPublic.parse(wrong)).as(wrong).isInstanceOf(TpmFormatException.class);
        }
    }

    private static byte[] blob(SoftwareTpm endorsed, SoftwareTpm stored) {
        return ActivationBlob.wrap(
                endorsed.endorsementKey(), stored.storageRootKey(), KEY, "scope/registrations/truck", RANDOM);
    }
}
