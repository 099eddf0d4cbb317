package io.drover.simulator.cloud.dps;

/** How many enrollments one service takes ("IoT Hub Device Provisioning Service quotas"). Throws LIMIT_REACHED. */
final class EnrollmentLimits {
    private static final int MAX_GROUPS_OF_A_TYPE = 100;
    private static final int MAX_INDIVIDUALS = 1_000_000;

    private final boolean groupsUnlimited;

    /** @param groupsUnlimited IoT Central counts its groups itself */
    EnrollmentLimits(boolean groupsUnlimited) {
        this.groupsUnlimited = groupsUnlimited;
    }

    void checkGroup(EnrollmentGroup added, Enrollments<EnrollmentGroup> present) {
        int same = 0;
        for (EnrollmentGroup group : present.all()) {
            same += group.attestation().type() == added.attestation().type() ? 1 : 0;
        }
        if (!groupsUnlimited && same >= MAX_GROUPS_OF_A_TYPE) {
            throw new ProvisioningException(
                    ProvisioningError.LIMIT_REACHED,
                    "The service has " + MAX_GROUPS_OF_A_TYPE
                            + " enrollment groups of this attestation, the most it takes.");
        }
    }

    void checkIndividual(IndividualEnrollment added, Enrollments<IndividualEnrollment> present) {
        if (present.size() >= MAX_INDIVIDUALS) {
            throw new ProvisioningException(
                    ProvisioningError.LIMIT_REACHED,
                    "The service has " + MAX_INDIVIDUALS + " individual enrollments, the most it takes.");
        }
    }
}
