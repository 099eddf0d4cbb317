package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.dps.AttestationMechanism;
import io.drover.simulator.cloud.dps.AttestationType;
import io.drover.simulator.cloud.dps.X509Attestation;
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

    /** What the provisioning service asks the device for. */
    AttestationMechanism mechanism() {
        return switch (type) {
            case SYMMETRIC_KEY -> AttestationMechanism.of(keys);
            case X509 ->
                AttestationMechanism.of(
                        new X509Attestation(X509Attestation.Kind.CLIENT, slot(primary), slot(secondary)));
            case TPM ->
                new AttestationMechanism(
                        AttestationType.TPM, null, null, new AttestationMechanism.TpmAttestation(endorsementKey, null));
        };
    }

    private static X509Attestation.Slot slot(UploadedCertificate certificate) {
        return certificate == null ? null : new X509Attestation.Slot(certificate.certificate(), null);
    }

    @Override
    public String toString() {
        return "DeviceAttestation[" + type + "]";
    }
}
