package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.central.X509Group.SigningCertificate;
import io.drover.simulator.cloud.dps.AttestationMechanism;
import io.drover.simulator.cloud.dps.EnrollmentGroup;
import io.drover.simulator.cloud.dps.EnrollmentSettings;
import io.drover.simulator.cloud.dps.ProvisioningService;
import io.drover.simulator.cloud.dps.X509Attestation;
import io.drover.simulator.cloud.x509.UploadedCertificate;
import java.time.Clock;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** The application's enrollment groups with certificates, by id in lower case. Thread-safe. */
final class X509Groups {
    private static final int MAX_GROUPS = 100;
    private static final int CODE_BYTES = 24;

    private final ProvisioningService provisioning;
    private final Clock clock;
    private final RandomGenerator random;
    private final ConcurrentNavigableMap<String, X509Group> groups = new ConcurrentSkipListMap<>();

    X509Groups(ProvisioningService provisioning, Clock clock, RandomGenerator random) {
        this.provisioning = provisioning;
        this.clock = clock;
        this.random = random;
    }

    Map<String, X509Group> all() {
        return groups;
    }

    Optional<X509Group> get(String id) {
        return Optional.ofNullable(groups.get(key(id)));
    }

    /** Creates the group (the change sees null) or changes it, atomically. */
    X509Group change(String id, UnaryOperator<X509Group> change) {
        if (groups.size() >= MAX_GROUPS && !groups.containsKey(key(id))) {
            throw CentralException.unprocessable("There are " + MAX_GROUPS + " X.509 enrollment groups already.");
        }
        return groups.compute(key(id), (key, before) -> {
            X509Group changed = change.apply(before);
            enroll(changed);
            return changed;
        });
    }

    void delete(String id) {
        groups.computeIfPresent(key(id), (key, before) -> {
            provisioning.group(id).ifPresent(group -> provisioning.delete(group.id(), null));
            return null;
        });
    }

    /** Devices may come with certificates of the verified authorities; while there is none, the service has no such group. */
    private void enroll(X509Group group) {
        boolean enrolled = provisioning.group(group.id()).isPresent();
        Map<String, SigningCertificate> trusted = new HashMap<>(group.certificates());
        trusted.values().removeIf(certificate -> !certificate.verified());
        if (trusted.isEmpty()) {
            if (enrolled) {
                provisioning.delete(group.id(), null);
            }
            return;
        }
        X509Attestation attestation = new X509Attestation(
                X509Attestation.Kind.SIGNING, slot(trusted.get("primary")), slot(trusted.get("secondary")));
        EnrollmentSettings usual = EnrollmentSettings.DEFAULT;
        provisioning.put(
                new EnrollmentGroup(
                        group.id(),
                        AttestationMechanism.of(attestation),
                        new EnrollmentSettings(
                                group.enabled(),
                                usual.allocation(),
                                usual.iotHubs(),
                                null,
                                usual.reprovision(),
                                null,
                                group.iotEdge()),
                        null,
                        null,
                        null),
                enrolled ? "*" : null);
    }

    private static X509Attestation.Slot slot(SigningCertificate certificate) {
        return certificate == null
                ? null
                : new X509Attestation.Slot(certificate.certificate().certificate(), null);
    }

    /** A certificate as uploaded: of an authority, and not verified unless the caller says so. */
    SigningCertificate uploaded(String text, boolean verified) {
        UploadedCertificate certificate = UploadedCertificate.parse(text);
        if (!certificate.isAuthority()) {
            throw new IllegalArgumentException("The certificate is not one of an authority.");
        }
        return new SigningCertificate(certificate, verified, null, 1);
    }

    /** The certificate with a fresh code; an earlier code no longer counts. */
    SigningCertificate withCode(SigningCertificate before) {
        byte[] code = new byte[CODE_BYTES];
        random.nextBytes(code);
        return new SigningCertificate(
                before.certificate(),
                before.verified(),
                HexFormat.of().withUpperCase().formatHex(code),
                before.revision() + 1);
    }

    /** The certificate, verified by this proof; throws an IllegalArgumentException when it proves nothing. */
    SigningCertificate verified(SigningCertificate before, String proof) {
        if (before.verificationCode() == null) {
            throw new IllegalArgumentException("There is no verification code yet; generate one first.");
        }
        before.certificate().requireProof(UploadedCertificate.parse(proof), before.verificationCode(), clock.instant());
        return new SigningCertificate(before.certificate(), true, null, before.revision() + 1);
    }

    private static String key(String id) {
        return id.toLowerCase(Locale.ROOT);
    }
}
