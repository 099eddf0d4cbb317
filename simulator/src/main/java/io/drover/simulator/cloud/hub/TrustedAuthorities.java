package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.x509.CaCertificate;
import io.drover.simulator.cloud.x509.CaCertificates;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** Whether the verified among a hub's uploaded authorities vouch for a device's chain. Thread-safe. */
final class TrustedAuthorities {
    private final CaCertificates uploaded;

    TrustedAuthorities(CaCertificates uploaded) {
        this.uploaded = uploaded;
    }

    /** Whether the chain, leaf first, is issued to the name, valid now, and leads to a trusted authority. */
    boolean vouchFor(List<X509Certificate> chain, String name, Instant now) {
        List<X509Certificate> authorities = uploaded.all().stream()
                .filter(CaCertificate::isVerified)
                .map(CaCertificate::certificate)
                .toList();
        if (chain.isEmpty() || !name.equals(commonName(chain.get(0)))) {
            return false;
        }
        for (int i = 0; i < chain.size(); i++) {
            X509Certificate certificate = chain.get(i);
            if (!isValid(certificate, now)) {
                return false;
            }
            if (authorities.stream().anyMatch(authority -> issued(authority, certificate) && isValid(authority, now))) {
                return true;
            }
            if (i + 1 < chain.size() && !issued(chain.get(i + 1), certificate)) {
                return false;
            }
        }
        return false;
    }

    static boolean isValid(X509Certificate certificate, Instant now) {
        return !now.isBefore(certificate.getNotBefore().toInstant())
                && !now.isAfter(certificate.getNotAfter().toInstant());
    }

    private static boolean issued(X509Certificate issuer, X509Certificate certificate) {
        if (issuer.getBasicConstraints() < 0
                || !issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException notItsSignature) {
            return false;
        }
    }

    private static String commonName(X509Certificate certificate) {
        try {
            return new LdapName(certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(Rdn::getValue)
                            .map(String::valueOf)
                            .findFirst()
                            .orElse(null);
        } catch (InvalidNameException unreadable) {
            return null;
        }
    }
}
