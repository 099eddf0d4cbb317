package io.drover.simulator.cloud.x509;

import io.drover.simulator.cloud.x509.CertificateRefusedException.Reason;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * Authorities uploaded to one provisioning service or hub (ARM's {@code certificates}), at most 25 as documented. One is trusted after
 * its owner has proved to hold the key: by signing a certificate whose common name is the code that was generated for it. Thread-safe.
 * Refusals are {@link CertificateRefusedException}s.
 */
public final class CaCertificates {
    private static final int CAPACITY = 25;

    private final TreeMap<String, CaCertificate> entries = new TreeMap<>();
    private final Clock clock;
    private final RandomGenerator random;

    /** @param random source of etags and verification codes */
    public CaCertificates(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    /** All, in the order of names. */
    public synchronized List<CaCertificate> all() {
        return List.copyOf(entries.values());
    }

    /** The one of this name, in any case. */
    public synchronized Optional<CaCertificate> get(String name) {
        return Optional.ofNullable(entries.get(key(name)));
    }

    /**
     * Uploads or replaces.
     *
     * @param verified takes the certificate as verified at once, as ARM's {@code isVerified} does
     * @param ifMatch null when the caller does not care
     */
    public synchronized CaCertificate put(String name, X509Certificate certificate, boolean verified, String ifMatch) {
        if (!new UploadedCertificate(certificate).isAuthority()) {
            throw new CertificateRefusedException(
                    Reason.INVALID, "The certificate is not one of an authority (CA:TRUE is missing).");
        }
        CaCertificate before = entries.get(key(name));
        match(before, ifMatch);
        if (before == null && entries.size() >= CAPACITY) {
            throw new CertificateRefusedException(
                    Reason.INVALID, "A service has at most " + CAPACITY + " CA certificates.");
        }
        CaCertificate stored = new CaCertificate(
                before == null ? name : before.name(),
                certificate,
                verified,
                null,
                before == null ? clock.instant() : before.created(),
                clock.instant(),
                etag());
        entries.put(key(name), stored);
        return stored;
    }

    /** Makes the code that {@link #verify} asks for; until then the certificate is not verified. */
    public CaCertificate generateVerificationCode(String name, String ifMatch) {
        String code = String.format("%016X%016X%016X", random.nextLong(), random.nextLong(), random.nextLong());
        return change(name, ifMatch, before -> before.awaiting(code, clock.instant(), etag()));
    }

    /** Verifies the certificate with one that it has signed for the code. */
    public CaCertificate verify(String name, X509Certificate proof, String ifMatch) {
        return change(name, ifMatch, before -> {
            if (before.verificationCode() == null) {
                throw new CertificateRefusedException(Reason.INVALID, "No verification code has been generated.");
            }
            try {
                new UploadedCertificate(before.certificate())
                        .requireProof(new UploadedCertificate(proof), before.verificationCode(), clock.instant());
            } catch (IllegalArgumentException notProven) {
                throw new CertificateRefusedException(Reason.INVALID, notProven.getMessage());
            }
            return before.verified(clock.instant(), etag());
        });
    }

    /** Removes; false when there was none. */
    public synchronized boolean delete(String name, String ifMatch) {
        match(entries.get(key(name)), ifMatch);
        return entries.remove(key(name)) != null;
    }

    /** The certificate of this name when it is verified; empty for null. */
    public Optional<X509Certificate> verified(String name) {
        return Optional.ofNullable(name)
                .flatMap(this::get)
                .filter(CaCertificate::isVerified)
                .map(CaCertificate::certificate);
    }

    private synchronized CaCertificate change(String name, String ifMatch, UnaryOperator<CaCertificate> change) {
        CaCertificate before = entries.get(key(name));
        if (before == null) {
            throw new CertificateRefusedException(Reason.NOT_FOUND, "The certificate '" + name + "' does not exist.");
        }
        match(before, ifMatch);
        CaCertificate changed = change.apply(before);
        entries.put(key(name), changed);
        return changed;
    }

    private static void match(CaCertificate before, String ifMatch) {
        String bare = ifMatch == null ? "*" : ifMatch.replace("\"", "");
        if (before != null && !bare.equals("*") && !bare.equals(before.etag())) {
            throw new CertificateRefusedException(
                    Reason.ETAG_MISMATCH, "The If-Match header is not the etag of the certificate.");
        }
    }

    private String etag() {
        return String.format("%016x", random.nextLong());
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
