package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.sas.SasToken;
import java.time.Clock;
import java.util.Optional;
import java.util.regex.Pattern;

/** Symmetric key attestation: which enrollment group's derived key a device has signed with. Thread-safe. */
final class Attestation {
    private static final Pattern REGISTRATION_ID = Pattern.compile("[A-Za-z0-9\\-._:]{0,127}[A-Za-z0-9\\-]");

    private final String idScope;
    private final EnrollmentGroups groups;
    private final Clock clock;

    Attestation(String idScope, EnrollmentGroups groups, Clock clock) {
        this.idScope = idScope;
        this.groups = groups;
        this.clock = clock;
    }

    /**
     * The group whose key signed the token; the one of the latest registration is tried first.
     *
     * @param known the device's latest registration, if any
     * @throws ProvisioningException INVALID_REGISTRATION_ID or UNAUTHORIZED
     */
    EnrollmentGroup authenticate(String registrationId, SasToken token, Optional<Registration> known) {
        if (!REGISTRATION_ID.matcher(registrationId).matches()) {
            throw new ProvisioningException(ProvisioningError.INVALID_REGISTRATION_ID);
        }
        if (!token.resource().equalsIgnoreCase(idScope + "/registrations/" + registrationId)
                || !token.expiry().isAfter(clock.instant())) {
            throw new ProvisioningException(ProvisioningError.UNAUTHORIZED);
        }
        return known.flatMap(registration -> groups.get(registration.groupId()))
                .filter(group -> signed(group, registrationId, token))
                .or(() -> groups.all().stream()
                        .filter(group -> signed(group, registrationId, token))
                        .findFirst())
                .orElseThrow(() -> new ProvisioningException(ProvisioningError.UNAUTHORIZED));
    }

    private static boolean signed(EnrollmentGroup group, String registrationId, SasToken token) {
        return token.signedBy(group.keys().derive(registrationId));
    }
}
