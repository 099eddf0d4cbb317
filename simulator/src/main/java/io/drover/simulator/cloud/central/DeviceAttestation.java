package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.sas.SymmetricKey;
import io.drover.simulator.cloud.x509.UploadedCertificate;

/**
 * How one device proves who it is, instead of by its enrollment group: an individual enrollment.
 *
 * @param keys null unless the type is SYMMETRIC_KEY
 * @param primary null unless the type is X509
 * @param secondary null unless the type is X509, and may be null then
 * @param endorsementKey null unless the type is TPM
 */
record DeviceAttestation(
        Type type,
        SymmetricKey keys,
        UploadedCertificate primary,
        UploadedCertificate secondary,
        String endorsementKey) {
    /** The types, with their names on the wire. */
    enum Type {
        SYMMETRIC_KEY("symmetricKey"),
        X509("x509"),
        TPM("tpm");

        private final String wireName;

        Type(String wireName) {
            this.wireName = wireName;
        }

        String wireName() {
            return wireName;
        }
    }

    @Override
    public String toString() {
        return "DeviceAttestation[" + type + "]";
    }
}
