package io.drover.simulator.cloud.dps;

import static io.drover.simulator.cloud.dps.JsonFields.require;

import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.json.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** Reads an enrollment's attestation. Keys and certificates that are left out are those the enrollment has, as answers leave them out. */
final class AttestationReader {
    private final RandomGenerator random;

    AttestationReader(RandomGenerator random) {
        this.random = random;
    }

    /**
     * @param before what the enrollment has; null for a new one, which gets fresh keys where none are given
     * @param group whether it is for a group
     * @throws ProvisioningException BAD_REQUEST naming the value that is wrong
     */
    AttestationMechanism read(JsonObject attestation, AttestationMechanism before, boolean group) {
        require(attestation != null, "attestation is required.");
        AttestationType type = AttestationType.named(JsonFields.string(attestation, "type", ""))
                .orElseThrow(() -> JsonFields.bad("attestation.type must be none, tpm, x509 or symmetricKey."));
        AttestationMechanism same = before == null || before.type() != type ? null : before;
        return switch (type) {
            case SYMMETRIC_KEY -> AttestationMechanism.of(keys(JsonFields.object(attestation, "symmetricKey"), same));
            case X509 ->
                AttestationMechanism.of(
                        x509(JsonFields.object(attestation, "x509"), same == null ? null : same.x509(), group));
            case TPM -> tpm(JsonFields.object(attestation, "tpm"), group);
            case NONE -> new AttestationMechanism(type, null, null, null);
        };
    }

    private SymmetricKey keys(JsonObject given, AttestationMechanism before) {
        SymmetricKey base = before == null ? SymmetricKey.generate(random) : before.keys();
        SymmetricKey keys = given == null
                ? base
                : new SymmetricKey(
                        JsonFields.string(given, "primaryKey", base.primary()),
                        JsonFields.string(given, "secondaryKey", base.secondary()));
        require(
                SymmetricKey.isKey(keys.primary()) && SymmetricKey.isKey(keys.secondary()),
                "attestation.symmetricKey: a key must be base64 of 16 to 64 bytes.");
        return keys;
    }

    private static AttestationMechanism tpm(JsonObject tpm, boolean group) {
        require(!group, "attestation.type: an enrollment group cannot have tpm.");
        String endorsementKey = tpm == null ? null : JsonFields.string(tpm, "endorsementKey", null);
        require(endorsementKey != null, "attestation.tpm.endorsementKey is required.");
        return new AttestationMechanism(
                AttestationType.TPM,
                null,
                null,
                new AttestationMechanism.TpmAttestation(
                        endorsementKey, JsonFields.string(tpm, "storageRootKey", null)));
    }

    private static X509Attestation x509(JsonObject x509, X509Attestation before, boolean group) {
        require(x509 != null, "attestation.x509 is required.");
        List<X509Attestation.Kind> given = Arrays.stream(X509Attestation.Kind.values())
                .filter(kind -> JsonFields.object(x509, kind.wireName()) != null)
                .toList();
        require(
                given.size() == 1,
                "attestation.x509 must have one of clientCertificates, signingCertificates and caReferences.");
        X509Attestation.Kind kind = given.get(0);
        require(
                !group || kind != X509Attestation.Kind.CLIENT,
                "attestation.x509: an enrollment group has signingCertificates or caReferences.");
        X509Attestation same = before == null || before.kind() != kind ? null : before;
        JsonObject slots = JsonFields.object(x509, kind.wireName());
        X509Attestation.Slot primary = slot(kind, slots, "primary", same == null ? null : same.primary());
        require(primary != null, "attestation.x509." + kind.wireName() + ".primary is required.");
        return new X509Attestation(
                kind, primary, slot(kind, slots, "secondary", same == null ? null : same.secondary()));
    }

    private static X509Attestation.Slot slot(
            X509Attestation.Kind kind, JsonObject slots, String name, X509Attestation.Slot before) {
        if (kind == X509Attestation.Kind.CA_REFERENCES) {
            String reference = JsonFields.string(slots, name, null);
            return reference == null ? null : new X509Attestation.Slot(null, reference);
        }
        JsonObject slot = JsonFields.object(slots, name);
        if (slot == null) {
            return null;
        }
        String place = "attestation.x509." + kind.wireName() + "." + name + ".certificate";
        String certificate = JsonFields.string(slot, "certificate", null);
        require(certificate != null || before != null, place + " is required.");
        return certificate == null ? before : new X509Attestation.Slot(CertificateJson.read(certificate, place), null);
    }
}
