package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.drover.simulator.tpm.ActivationBlob;
import io.drover.simulator.tpm.TpmFormatException;
import io.drover.simulator.tpm.TpmPublic;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/**
 * Keys of devices with a TPM ("TPM attestation" of DPS): the one to register with, which a challenge carries, and those for the hub, both
 * wrapped so that only the enrolled endorsement key opens them. All derive from a secret of the service, so that challenges take no
 * room: anybody may ask for one. Thread-safe.
 */
final class TpmKeys {
    /** The key name devices sign with when they register. */
    static final String KEY_NAME = "registration";
    /** A challenge can be answered for one to two of these. */
    private static final Duration CHALLENGE = Duration.ofHours(1);

    private static final int SECRET_BYTES = 32;

    private final String idScope;
    private final Clock clock;
    private final String secret;
    private final SecureRandom random = new SecureRandom();
    private final Map<String, TpmPublic> storageRootKeys = new ConcurrentHashMap<>();

    TpmKeys(String idScope, Clock clock, RandomGenerator secrets) {
        this.idScope = idScope;
        this.clock = clock;
        byte[] bytes = new byte[SECRET_BYTES];
        secrets.nextBytes(bytes);
        this.secret = Base64.getEncoder().encodeToString(bytes);
    }

    /**
     * The wrapped key that a device has to sign with to register.
     *
     * @throws ProvisioningException UNAUTHORIZED when the claim is not the enrolled TPM's, or no key that can be wrapped for
     */
    String challenge(IndividualEnrollment enrollment, TpmClaim claim) {
        if (!isEnrolled(enrollment, claim)) {
            throw new ProvisioningException(ProvisioningError.UNAUTHORIZED);
        }
        TpmPublic storageRootKey = parse(claim.storageRootKey())
                .orElseThrow(() -> new ProvisioningException(
                        ProvisioningError.UNAUTHORIZED, "tpm.storageRootKey is no TPM2B_PUBLIC of an RSA-2048 key."));
        return wrapped(enrollment, storageRootKey, challengeKey(enrollment, window()));
    }

    /** Whether the token is signed with the key of a challenge that is not too old. */
    boolean proves(IndividualEnrollment enrollment, SasToken token, TpmClaim claim) {
        return (claim == null || isEnrolled(enrollment, claim))
                && LongStream.of(window(), window() - 1)
                        .anyMatch(window -> token.signedBy(challengeKey(enrollment, window)));
    }

    /** Remembers where to wrap the hub's key for; for devices that have proved who they are. */
    void registered(IndividualEnrollment enrollment, TpmClaim claim) {
        if (claim != null) {
            parse(claim.storageRootKey()).ifPresent(key -> storageRootKeys.put(Enrollments.key(enrollment.id()), key));
        }
    }

    /** Forgets the device. */
    void removed(String registrationId) {
        storageRootKeys.remove(Enrollments.key(registrationId));
    }

    /** What the device's identity in its hub gets. */
    SymmetricKey hubKeys(IndividualEnrollment enrollment) {
        return new SymmetricKey(derive("hub primary", enrollment), derive("hub secondary", enrollment));
    }

    /** The hub's key, wrapped for the TPM that registered last. */
    Optional<String> authenticationKey(IndividualEnrollment enrollment) {
        return Optional.ofNullable(storageRootKeys.get(Enrollments.key(enrollment.id())))
                .map(key -> wrapped(enrollment, key, hubKeys(enrollment).primary()));
    }

    private String wrapped(IndividualEnrollment enrollment, TpmPublic storageRootKey, String key) {
        TpmPublic endorsementKey = parse(enrollment.attestation().tpm().endorsementKey())
                .orElseThrow(() -> new ProvisioningException(
                        ProvisioningError.UNAUTHORIZED,
                        "The enrollment's endorsementKey is no TPM2B_PUBLIC of an RSA-2048 key."));
        byte[] blob = ActivationBlob.wrap(
                endorsementKey,
                storageRootKey,
                Base64.getDecoder().decode(key),
                idScope + "/registrations/" + enrollment.id(),
                random);
        return Base64.getEncoder().encodeToString(blob);
    }

    private static boolean isEnrolled(IndividualEnrollment enrollment, TpmClaim claim) {
        AttestationMechanism.TpmAttestation tpm = enrollment.attestation().tpm();
        return tpm != null
                && tpm.endorsementKey().equals(claim.endorsementKey())
                && (tpm.storageRootKey() == null || tpm.storageRootKey().equals(claim.storageRootKey()));
    }

    private static Optional<TpmPublic> parse(String base64) {
        try {
            return base64 == null ? Optional.empty() : Optional.of(TpmPublic.parse(base64));
        } catch (TpmFormatException unusable) {
            return Optional.empty();
        }
    }

    private String challengeKey(IndividualEnrollment enrollment, long window) {
        return derive("challenge " + window, enrollment);
    }

    private String derive(String purpose, IndividualEnrollment enrollment) {
        return SymmetricKey.derive(
                secret,
                String.join(
                        "\n",
                        purpose,
                        Enrollments.key(enrollment.id()),
                        enrollment.attestation().tpm().endorsementKey()));
    }

    private long window() {
        return clock.instant().getEpochSecond() / CHALLENGE.toSeconds();
    }
}
