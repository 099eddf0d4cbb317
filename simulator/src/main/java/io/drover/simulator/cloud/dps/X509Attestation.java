package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.x509.CaCertificates;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Certificates of an enrollment: those of the device itself, those that sign devices' certificates, or the names of authorities
 * uploaded to the service. Each slot may be null; one kind at a time.
 */
public record X509Attestation(Kind kind, Slot primary, Slot secondary) {
    /** Where the certificates stand in the JSON. */
    public enum Kind {
        CLIENT("clientCertificates"),
        SIGNING("signingCertificates"),
        CA_REFERENCES("caReferences");

        private final String wireName;

        Kind(String wireName) {
            this.wireName = wireName;
        }

        /** The property's name. */
        public String wireName() {
            return wireName;
        }
    }

    /** A certificate, or for {@link Kind#CA_REFERENCES} the name of one. */
    public record Slot(X509Certificate certificate, String reference) {}

    /** One certificate of this kind. */
    public static X509Attestation of(Kind kind, X509Certificate primary) {
        return new X509Attestation(kind, new Slot(primary, null), null);
    }

    /** The certificates this accepts or trusts; a name that is not a verified authority of the service gives none. */
    List<X509Certificate> certificates(CaCertificates authorities) {
        List<X509Certificate> found = new ArrayList<>(2);
        for (Slot slot : slots()) {
            Optional.ofNullable(slot.certificate())
                    .or(() -> authorities.verified(slot.reference()))
                    .ifPresent(found::add);
        }
        return found;
    }

    List<Slot> slots() {
        List<Slot> slots = new ArrayList<>(2);
        if (primary != null) {
            slots.add(primary);
        }
        if (secondary != null) {
            slots.add(secondary);
        }
        return slots;
    }
}
