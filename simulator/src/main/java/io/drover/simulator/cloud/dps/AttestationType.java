package io.drover.simulator.cloud.dps;

import java.util.Arrays;
import java.util.Optional;

/** How a device proves who it is, in the words of the service API. */
public enum AttestationType {
    NONE("none"),
    TPM("tpm"),
    X509("x509"),
    SYMMETRIC_KEY("symmetricKey");

    private final String wireName;

    AttestationType(String wireName) {
        this.wireName = wireName;
    }

    /** The value on the wire. */
    public String wireName() {
        return wireName;
    }

    /** The type of this wire name, if it is one. */
    public static Optional<AttestationType> named(String wireName) {
        return Arrays.stream(values())
                .filter(type -> type.wireName.equals(wireName))
                .findFirst();
    }
}
