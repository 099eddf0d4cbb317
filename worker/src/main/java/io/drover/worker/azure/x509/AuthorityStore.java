package io.drover.worker.azure.x509;

import io.vertx.core.Future;
import java.security.cert.X509Certificate;
import java.util.List;

/** Where a service keeps the certificates of authorities until, and after, possession of each key is proved. */
public interface AuthorityStore {
    /**
     * A certificate as it stands at the service.
     *
     * @param body DER in base64, or PEM; null where it is not shown
     */
    record Uploaded(String name, String thumbprint, boolean verified, String body, String etag) {
        /** Whether it is this one. */
        public boolean is(X509Certificate certificate) {
            return thumbprint != null && Certificates.hasThumbprint(certificate, thumbprint);
        }
    }

    /** What has to be signed, and the etag that the proof must name; null for none. */
    record Code(String text, String etag) {}

    /** All that are there. */
    Future<List<Uploaded>> list();

    /** Uploads a certificate, not yet verified. Fails with 409 or 412 when the name is taken. */
    Future<Uploaded> upload(String name, X509Certificate certificate);

    /** Asks for a code to sign; an earlier code of the same certificate does not count any more. */
    Future<Code> code(String name, String etag);

    /** Shows a certificate whose common name is the code and which the uploaded one has signed. */
    Future<Void> verify(String name, X509Certificate proof, String etag);
}
