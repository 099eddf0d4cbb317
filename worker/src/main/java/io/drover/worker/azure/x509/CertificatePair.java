package io.drover.worker.azure.x509;

import io.vertx.core.json.JsonObject;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The primary and, where there is one, the secondary certificate of an attestation; the latter may be null. */
public record CertificatePair(ShownCertificate primary, ShownCertificate secondary) {
    /** Reads {@code {primary, secondary}}; empty when neither is shown. */
    public static Optional<CertificatePair> of(JsonObject json) {
        return json == null
                ? Optional.empty()
                : of(
                        ShownCertificate.of(json.getJsonObject("primary")),
                        ShownCertificate.of(json.getJsonObject("secondary")));
    }

    /** A lone secondary one counts as the primary: some services want one there. */
    public static Optional<CertificatePair> of(
            Optional<ShownCertificate> primary, Optional<ShownCertificate> secondary) {
        return primary.map(first -> new CertificatePair(first, secondary.orElse(null)))
                .or(() -> secondary.map(second -> new CertificatePair(second, null)));
    }

    /** One or both. */
    public List<ShownCertificate> all() {
        return Stream.of(primary, secondary).filter(one -> one != null).toList();
    }

    /** The same pair with its certificates found among these; empty when any is missing. */
    public Optional<CertificatePair> foundIn(Collection<X509Certificate> certificates) {
        Optional<ShownCertificate> first = primary.foundIn(certificates);
        Optional<ShownCertificate> second = secondary == null ? Optional.empty() : secondary.foundIn(certificates);
        return first.isEmpty() || (secondary != null && second.isEmpty()) ? Optional.empty() : of(first, second);
    }

    /** Whether both hold the same certificates in the same places. */
    public boolean isSameAs(CertificatePair other) {
        return primary.isSameAs(other.primary)
                && (secondary == null
                        ? other.secondary == null
                        : other.secondary != null && secondary.isSameAs(other.secondary));
    }

    /** The form in which a service takes them; they have to be whole. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject().put("primary", primary.toJson());
        return secondary == null ? json : json.put("secondary", secondary.toJson());
    }
}
