package io.drover.worker.azure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeviceKeysTest {
    /** The published vector of "Symmetric key attestation" (reference section c.1). */
    private static final String GROUP_KEY =
            "8isrFI1sGsIlvvFSSFRiMfCNzv21fjbE/+ah/lSh3lF8e2YG1Te7w1KpZhJFFXJrqYKi9yegxkqIChbqOS9Egw==";

    private static final String ID = "sn-007-888-abc-mac-a1-b2-c3-d4-e5-f6";
    private static final String DEVICE_KEY = "Jsm0lyGpjaVYVP2g3FnmnmG9dI/9qU24wNoykUmermc=";
    private static final String OTHER = "MDEyMzQ1Njc4OWFiY2RlZg==";

    @Test
    void aKeyDerivesFromTheGroupsKeyOfTheSameRank() {
        assertThat(new DeviceKeys(DEVICE_KEY, OTHER).deriveFrom(new GroupKeys(GROUP_KEY, OTHER), ID))
                .isTrue();
        assertThat(new DeviceKeys(OTHER, DEVICE_KEY).deriveFrom(new GroupKeys(OTHER, GROUP_KEY), ID))
                .isTrue();
    }

    @Test
    void anotherKeyRankOrSpellingDoesNotDerive() {
        DeviceKeys own = new DeviceKeys(DEVICE_KEY, OTHER);
        assertThat(own.deriveFrom(new GroupKeys(OTHER, GROUP_KEY), ID)).isFalse();
        assertThat(own.deriveFrom(new GroupKeys(GROUP_KEY, OTHER), ID.toUpperCase(java.util.Locale.ROOT)))
                .isFalse();
        assertThat(new DeviceKeys(null, null).deriveFrom(new GroupKeys(GROUP_KEY, OTHER), ID))
                .isFalse();
        assertThat(own.toString()).doesNotContain(DEVICE_KEY);
    }
}
