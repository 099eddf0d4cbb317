package io.drover.worker.device;

/** The proof of arrival that a migration asks for before it calls a device migrated. */
public enum Verification {
    ASSIGNED(EvidenceKind.ASSIGNED),
    CONNECTED(EvidenceKind.CONNECTED),
    TELEMETRY(EvidenceKind.TELEMETRY),
    /** Telemetry, and what the device owns is there as well. */
    TELEMETRY_TWIN(EvidenceKind.TELEMETRY);

    private final EvidenceKind proof;

    Verification(EvidenceKind proof) {
        this.proof = proof;
    }

    public EvidenceKind proof() {
        return proof;
    }

    /** Whether telemetry at the target is asked for. */
    public boolean readsTelemetry() {
        return proof == EvidenceKind.TELEMETRY;
    }

    /** As the configuration has it, in capitals. */
    @Override
    public String toString() {
        return this == TELEMETRY_TWIN ? "TELEMETRY+TWIN" : name();
    }
}
