package io.drover.simulator.cloud.hub;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** The hub's verified X.509 CA certificates, and whether they vouch for a device's chain. At most 25. Thread-safe. */
public final class TrustedAuthorities {
    static final int CAPACITY = 25;

    private final List<X509Certificate> authorities = new CopyOnWriteArrayList<>();

    TrustedAuthorities() {}

    /** Trusts what this authority issues. Fails with ARGUMENT_INVALID beyond 25 authorities. */
    public synchronized void add(X509Certificate authority) {
        if (authorities.contains(authority)) {
            return;
        }
        if (authorities.size() >= CAPACITY) {
            throw new HubException(HubError.ARGUMENT_INVALID, "A hub has at most " + CAPACITY + " CA certificates.");
        }
        authorities.add(authority);
    }

    /** No longer trusts the authority; false when it was not trusted. */
    public boolean remove(X509Certificate authority) {
        return authorities.remove(authority);
    }

    public List<X509Certificate> certificates() {
        return List.copyOf(authorities);
    }

    /** Whether the chain, leaf first, is issued to the name, valid now, and leads to a trusted authority. */
    boolean vouchFor(List<X509Certificate> chain, String name, Instant now) {
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
