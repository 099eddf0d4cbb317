package io.drover.simulator.cloud.sas;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class SasTokenTest {
    private static final Instant EXPIRY = Instant.ofEpochSecond(1_900_000_000L);
    private final SymmetricKey key = SymmetricKey.generate(new SecureRandom());

    @Test
    void aDeviceKeyDerivesAsPublished() {
        String groupKey = "8isrFI1sGsIlvvFSSFRiMfCNzv21fjbE/+ah/lSh3lF8e2YG1Te7w1KpZhJFFXJrqYKi9yegxkqIChbqOS9Egw==";

        assertThat(SymmetricKey.derive(groupKey, "sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6"))
                .isEqualTo("Jsm0lyGpjaVYVP2g3FnmnmG9dI/9qU24wNoykUmermc=");
    }

    @Test
    void aSignedTokenReadsBackAndHoldsForItsKeyOnly() {
        String resource = "h.azure-devices.test/devices/a%b#1";
        SasToken token = SasToken.parse(SasToken.sign(resource, key.secondary(), EXPIRY, "a policy"))
                .orElseThrow();

        assertThat(token.resource()).isEqualTo(resource);
        assertThat(token.expiry()).isEqualTo(EXPIRY);
        assertThat(token.keyName()).isEqualTo("a policy");
        assertThat(token.signedBy(key)).isTrue();
        assertThat(token.signedBy(key.primary())).isFalse();
    }

    @Test
    void aTokenWithAnAlteredExpiryDoesNotHold() {
        String text = SasToken.sign("r", key.primary(), EXPIRY, null).replace("1900000000", "1900000001");

        assertThat(SasToken.parse(text).orElseThrow().signedBy(key)).isFalse();
    }

    @Test
    void whatIsNoTokenIsNotRead() {
        assertThat(SasToken.parse(null)).isEmpty();
        assertThat(SasToken.parse("Bearer x")).isEmpty();
        assertThat(SasToken.parse("SharedAccessSignature sr=a&sig=b")).isEmpty();
        assertThat(SasToken.parse("SharedAccessSignature sr=a&sig=%zz&se=1")).isEmpty();
        assertThat(SasToken.parse("SharedAccessSignature sr=%zz&sig=YQ==&se=1")).isEmpty();
        assertThat(SasToken.parse("SharedAccessSignature sr=a&sig=YQ==&se=soon"))
                .isEmpty();
    }

    @Test
    void keysAreNeverPrinted() {
        assertThat(key.toString()).doesNotContain(key.primary()).doesNotContain(key.secondary());
    }
}
