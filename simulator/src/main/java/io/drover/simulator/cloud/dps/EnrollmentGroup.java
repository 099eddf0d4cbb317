package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.hub.InitialTwin;
import io.drover.simulator.cloud.sas.SymmetricKey;
import java.time.Instant;
import java.util.List;

/**
 * A group of devices whose keys derive from the group's, or whose certificates come from the group's authority.
 *
 * @param id the {@code enrollmentGroupId}
 */
public record EnrollmentGroup(
        String id,
        AttestationMechanism attestation,
        EnrollmentSettings settings,
        Instant created,
        Instant updated,
        String etag)
        implements Enrollment<EnrollmentGroup> {

    /** A group with symmetric keys and everything else given one by one. */
    public EnrollmentGroup(
            String id,
            SymmetricKey keys,
            boolean enabled,
            AllocationPolicy allocation,
            List<String> iotHubs,
            ReprovisionPolicy reprovision,
            InitialTwin initialTwin,
            boolean iotEdge,
            Instant created,
            Instant updated,
            String etag) {
        this(
                id,
                AttestationMechanism.of(keys),
                new EnrollmentSettings(enabled, allocation, iotHubs, null, reprovision, initialTwin, iotEdge),
                created,
                updated,
                etag);
    }

    /** An enabled group with default policies, as the portal creates it. */
    public static EnrollmentGroup of(String id, SymmetricKey keys) {
        return of(id, AttestationMechanism.of(keys));
    }

    /** An enabled group with default policies and any attestation. */
    public static EnrollmentGroup of(String id, AttestationMechanism attestation) {
        return new EnrollmentGroup(id, attestation, EnrollmentSettings.DEFAULT, null, null, null);
    }

    /** The group's keys, null when it has another attestation. */
    public SymmetricKey keys() {
        return attestation.keys();
    }

    public boolean enabled() {
        return settings.enabled();
    }

    public AllocationPolicy allocation() {
        return settings.allocation();
    }

    public List<String> iotHubs() {
        return settings.iotHubs();
    }

    public ReprovisionPolicy reprovision() {
        return settings.reprovision();
    }

    public InitialTwin initialTwin() {
        return settings.initialTwin();
    }

    public boolean iotEdge() {
        return settings.iotEdge();
    }

    @Override
    public EnrollmentGroup stored(Instant createdAt, Instant updatedAt, String newEtag) {
        return new EnrollmentGroup(id, attestation, settings, createdAt, updatedAt, newEtag);
    }

    /** Without the keys. */
    @Override
    public String toString() {
        return "EnrollmentGroup[" + id + (enabled() ? "" : ", disabled") + ", etag=" + etag + "]";
    }
}
