package io.drover.simulator.cloud.dps;

import java.time.Instant;

/** What lets devices register: a group of them, or one. Immutable; an update makes a new one with a new etag. */
public interface Enrollment<E extends Enrollment<E>> {
    /** Matched without regard to case. */
    String id();

    AttestationMechanism attestation();

    EnrollmentSettings settings();

    Instant created();

    Instant updated();

    String etag();

    /** This enrollment as it is kept. */
    E stored(Instant createdAt, Instant updatedAt, String newEtag);
}
