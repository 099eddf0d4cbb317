package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.sas.SymmetricKey;

/**
 * What an enrollment accepts as proof; the part of its type is set, the others are null.
 *
 * @param keys a device's own keys in an individual enrollment, those that devices' keys derive from in a group
 * @param x509 certificates, or authorities by name
 * @param tpm the TPM that has to open what DPS wraps for it
 */
public record AttestationMechanism(AttestationType type, SymmetricKey keys, X509Attestation x509, TpmAttestation tpm) {
    /** The public keys of a trusted platform module, in base64; the storage root key may be null. */
    public record TpmAttestation(String endorsementKey, String storageRootKey) {}

    /** Proof by one of two symmetric keys. */
    public static AttestationMechanism of(SymmetricKey keys) {
        return new AttestationMechanism(AttestationType.SYMMETRIC_KEY, keys, null, null);
    }

    /** Proof by certificate. */
    public static AttestationMechanism of(X509Attestation x509) {
        return new AttestationMechanism(AttestationType.X509, null, x509, null);
    }

    /** Without keys. */
    @Override
    public String toString() {
        return "AttestationMechanism[" + type.wireName() + "]";
    }
}
