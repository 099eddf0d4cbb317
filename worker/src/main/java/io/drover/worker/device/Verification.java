package io.drover.worker.device;

/** The proof of arrival that a migration asks for before it calls a device migrated. */
public enum Verification {
    ASSIGNED(EvidenceKind.ASSIGNED),
    CONNECTED(EvidenceKind.CONNECTED),
    TELEMETRY(EvidenceKind.TELEMETRY);

    private final EvidenceKind proof;

    Verification(EvidenceKind proof) {
        this.proof = proof;
    }

    public EvidenceKind proof() {
        return proof;
    }
}
