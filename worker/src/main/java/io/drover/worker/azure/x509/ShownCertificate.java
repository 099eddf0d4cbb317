package io.drover.worker.azure.x509;

import io.vertx.core.json.JsonObject;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.Optional;

/**
 * A certificate as a service shows it.
 *
 * @param certificate null where only the thumbprint is shown
 * @param thumbprint SHA-1 or SHA-256, as the service has it
 */
public record ShownCertificate(X509Certificate certificate, String thumbprint) {
    /** One that is at hand. */
    public static ShownCertificate of(X509Certificate certificate) {
        return new ShownCertificate(certificate, Certificates.thumbprint(certificate));
    }

    /** One of which a registry has the thumbprint; empty for none. */
    public static Optional<ShownCertificate> of(String thumbprint) {
        return thumbprint == null || thumbprint.isBlank()
                ? Optional.empty()
                : Optional.of(new ShownCertificate(null, Certificates.plain(thumbprint)));
    }

    /** Reads {@code {certificate, info: {sha1Thumbprint}}}; empty when it shows neither. */
    public static Optional<ShownCertificate> of(JsonObject json) {
        if (json == null) {
            return Optional.empty();
        }
        String body = json.getString("certificate");
        if (body != null && !body.isBlank()) {
            return Optional.of(of(Certificates.read(body).get(0)));
        }
        return of(json.getJsonObject("info", new JsonObject()).getString("sha1Thumbprint"));
    }

    /** Whether all of it is known. */
    public boolean isWhole() {
        return certificate != null;
    }

    /** This one, whole, if it is among these. */
    public Optional<ShownCertificate> foundIn(Collection<X509Certificate> certificates) {
        return isWhole()
                ? Optional.of(this)
                : certificates.stream()
                        .filter(one -> Certificates.hasThumbprint(one, thumbprint))
                        .findFirst()
                        .map(ShownCertificate::of);
    }

    /** Whether both stand for one certificate, as far as each shows. */
    public boolean isSameAs(ShownCertificate other) {
        if (certificate != null) {
            return Certificates.hasThumbprint(certificate, other.thumbprint);
        }
        return other.certificate == null
                ? Certificates.plain(thumbprint).equals(Certificates.plain(other.thumbprint))
                : Certificates.hasThumbprint(other.certificate, thumbprint);
    }

    /** The form in which a service takes it; it has to be whole. */
    public JsonObject toJson() {
        return new JsonObject().put("certificate", Certificates.base64(certificate));
    }
}
