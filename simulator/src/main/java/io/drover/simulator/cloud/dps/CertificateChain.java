package io.drover.simulator.cloud.dps;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Questions about X.509 certificates that need no trust store. Stateless. */
final class CertificateChain {
    private CertificateChain() {}

    /** Whether the certificate's subject has this common name, case ignored as registration ids are. */
    static boolean isNamed(X509Certificate certificate, String name) {
        try {
            return new LdapName(certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
                            .map(Rdn::getValue)
                            .anyMatch(value -> name.equalsIgnoreCase(value.toString()));
        } catch (InvalidNameException unreadable) {
            return false;
        }
    }

    static boolean isInTime(X509Certificate certificate, Instant now) {
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && !now.isAfter(certificate.getNotAfter().toInstant());
    }

    /**
     * How many certificates of the chain lie between its first and the anchor, when the anchor vouches for it: each is signed by the
     * next, all are in time.
     */
    static OptionalInt distance(List<X509Certificate> chain, X509Certificate anchor, Instant now) {
        if (chain.isEmpty() || !isInTime(anchor, now)) {
            return OptionalInt.empty();
        }
        for (int i = 0; i < chain.size(); i++) {
            X509Certificate subject = chain.get(i);
            if (!isInTime(subject, now) || (i > 0 && !issued(subject, chain.get(i - 1)))) {
                return OptionalInt.empty();
            }
            if (issued(anchor, subject)) {
                return OptionalInt.of(i);
            }
        }
        return OptionalInt.empty();
    }

    /** Whether the issuer is an authority whose key signed the subject. */
    static boolean issued(X509Certificate issuer, X509Certificate subject) {
        if (issuer.getBasicConstraints() < 0
                || !issuer.getSubjectX500Principal().equals(subject.getIssuerX500Principal())) {
            return false;
        }
        try {
            subject.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException | RuntimeException notByThisKey) {
            return false;
        }
    }
}
