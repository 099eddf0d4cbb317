package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.cloud.x509.CaCertificates;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Finds the enrollment that a device's proof is good for: its individual one if there is one, else a group's. Thread-safe. */
final class Attestation {
    private static final Pattern REGISTRATION_ID = Pattern.compile("[A-Za-z0-9\\-._:]{0,127}[A-Za-z0-9\\-]");

    private final String idScope;
    private final Enrollments<EnrollmentGroup> groups;
    private final Enrollments<IndividualEnrollment> individuals;
    private final CaCertificates authorities;
    private final TpmKeys tpm;
    private final Clock clock;

    Attestation(
            String idScope,
            Enrollments<EnrollmentGroup> groups,
            Enrollments<IndividualEnrollment> individuals,
            CaCertificates authorities,
            TpmKeys tpm,
            Clock clock) {
        this.idScope = idScope;
        this.groups = groups;
        this.individuals = individuals;
        this.authorities = authorities;
        this.tpm = tpm;
        this.clock = clock;
    }

    static boolean isRegistrationId(String text) {
        return REGISTRATION_ID.matcher(text).matches();
    }

    /**
     * The enrollment; of groups with symmetric keys the one of the latest registration is tried first.
     *
     * @param known the device's latest registration, if any
     * @throws ProvisioningException INVALID_REGISTRATION_ID or UNAUTHORIZED
     */
    Enrollment<?> authenticate(String registrationId, DeviceProof proof, Optional<Registration> known) {
        if (!isRegistrationId(registrationId)) {
            throw new ProvisioningException(ProvisioningError.INVALID_REGISTRATION_ID);
        }
        Optional<IndividualEnrollment> individual = individuals.get(registrationId);
        Optional<? extends Enrollment<?>> found = individual.isPresent()
                ? individual.filter(enrollment -> proves(enrollment, registrationId, proof))
                : proof.token() != null
                        ? groupOfToken(registrationId, proof.token(), known)
                        : groupOfCertificate(registrationId, proof.certificates());
        return found.orElseThrow(() -> new ProvisioningException(ProvisioningError.UNAUTHORIZED));
    }

    private boolean proves(IndividualEnrollment enrollment, String registrationId, DeviceProof proof) {
        return switch (enrollment.attestation().type()) {
            case SYMMETRIC_KEY ->
                proof.token() != null
                        && isFor(registrationId, proof.token())
                        && proof.token().signedBy(enrollment.attestation().keys());
            case X509 ->
                proof.token() == null
                        && provesByCertificate(enrollment.attestation().x509(), registrationId, proof.certificates());
            case TPM ->
                proof.token() != null
                        && isFor(registrationId, proof.token())
                        && tpm.proves(enrollment, proof.token(), proof.tpm());
            case NONE -> false;
        };
    }

    private boolean provesByCertificate(X509Attestation x509, String registrationId, List<X509Certificate> chain) {
        if (chain.isEmpty() || !CertificateChain.isNamed(chain.get(0), registrationId)) {
            return false;
        }
        Instant now = clock.instant();
        if (x509.kind() == X509Attestation.Kind.CLIENT) {
            return CertificateChain.isInTime(chain.get(0), now)
                    && x509.certificates(authorities).contains(chain.get(0));
        }
        return distance(x509, chain, now).isPresent();
    }

    private OptionalInt distance(X509Attestation x509, List<X509Certificate> chain, Instant now) {
        return x509.certificates(authorities).stream()
                .map(anchor -> CertificateChain.distance(chain, anchor, now))
                .filter(OptionalInt::isPresent)
                .mapToInt(OptionalInt::getAsInt)
                .min();
    }

    private Optional<EnrollmentGroup> groupOfToken(
            String registrationId, SasToken token, Optional<Registration> known) {
        if (!isFor(registrationId, token)) {
            return Optional.empty();
        }
        Optional<EnrollmentGroup> latest = known.map(Registration::groupId)
                .flatMap(groups::get)
                .filter(group -> derived(group, registrationId, token));
        if (latest.isPresent()) {
            return latest;
        }
        for (EnrollmentGroup group : groups.all()) {
            if (derived(group, registrationId, token)) {
                return Optional.of(group);
            }
        }
        return Optional.empty();
    }

    /** The group whose authority is the nearest to the device's certificate, as an intermediate goes before its root. */
    private Optional<EnrollmentGroup> groupOfCertificate(String registrationId, List<X509Certificate> chain) {
        if (chain.isEmpty() || !CertificateChain.isNamed(chain.get(0), registrationId)) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        EnrollmentGroup nearest = null;
        int least = Integer.MAX_VALUE;
        for (EnrollmentGroup group : groups.all()) {
            OptionalInt distance = group.attestation().type() == AttestationType.X509
                    ? distance(group.attestation().x509(), chain, now)
                    : OptionalInt.empty();
            if (distance.isPresent() && distance.getAsInt() < least) {
                nearest = group;
                least = distance.getAsInt();
            }
        }
        return Optional.ofNullable(nearest);
    }

    private boolean isFor(String registrationId, SasToken token) {
        return token.resource().equalsIgnoreCase(idScope + "/registrations/" + registrationId)
                && token.expiry().isAfter(clock.instant());
    }

    private static boolean derived(EnrollmentGroup group, String registrationId, SasToken token) {
        return group.keys() != null && token.signedBy(group.keys().derive(registrationId));
    }
}
