package io.drover.simulator.cloud.entra;

import io.drover.simulator.cloud.x509.UploadedCertificate;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * Which application calls the token endpoint: by secret (in the form or the Authorization header), by an assertion signed with the
 * key of a registered certificate, after "Microsoft identity platform application authentication certificate credentials", or by a
 * token of a trusted issuer, after "Workload identity federation".
 */
final class ClientAuthentication {
    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private final Directory directory;
    private final Clock clock;

    ClientAuthentication(Directory directory, Clock clock) {
        this.directory = directory;
        this.clock = clock;
    }

    private record Basic(String clientId, String secret) {}

    /**
     * The application that calls.
     *
     * @param secretNeeded whether it must prove itself; a public client in a user's flow need not
     * @param audiences what an assertion may be meant for: the addresses of the token endpoint and the issuers
     */
    ServicePrincipal authenticate(RoutingContext context, String tenant, boolean secretNeeded, Set<String> audiences) {
        MultiMap form = context.request().formAttributes();
        Basic basic = basic(context.request().getHeader("authorization"));
        String clientId = basic == null ? form.get("client_id") : basic.clientId();
        if (clientId == null || clientId.isEmpty()) {
            throw new EntraException(EntraError.PARAMETER_MISSING, "client_id");
        }
        ServicePrincipal known = directory
                .principal(tenant, clientId)
                .orElseThrow(() -> new EntraException(EntraError.APPLICATION_NOT_FOUND, clientId, tenant));
        String assertion = form.get("client_assertion");
        if (assertion != null) {
            if (!ASSERTION_TYPE.equals(form.get("client_assertion_type"))) {
                throw new EntraException(EntraError.PARAMETER_MISSING, "client_assertion_type");
            }
            requireAssertion(known, assertion, audiences);
            return known;
        }
        String secret = basic == null ? form.get("client_secret") : basic.secret();
        if (secret == null || secret.isEmpty()) {
            boolean isPublic = known.clientSecret() == null
                    && known.certificates().isEmpty()
                    && known.federatedCredentials().isEmpty();
            if (secretNeeded || !isPublic) {
                throw new EntraException(secretNeeded ? EntraError.SECRET_MISSING : EntraError.CREDENTIAL_MISSING);
            }
            return known;
        }
        if (known.clientSecret() == null || !equal(known.clientSecret(), secret)) {
            throw new EntraException(EntraError.SECRET_WRONG, clientId);
        }
        return known;
    }

    /** Signed with a certificate of the application itself, or by another issuer whose tokens stand for it. */
    private void requireAssertion(ServicePrincipal principal, String text, Set<String> audiences) {
        Assertion assertion = Assertion.parse(text);
        boolean own = assertion.header().containsKey("x5t#S256")
                || assertion.header().containsKey("x5t")
                || principal.federatedCredentials().isEmpty();
        if (own) {
            requireOwn(principal, assertion, audiences);
        } else {
            requireFederated(principal, assertion);
        }
        assertion.requireTime(clock.instant());
    }

    private static void requireOwn(ServicePrincipal principal, Assertion assertion, Set<String> audiences) {
        assertion.requireSignature(
                certificate(principal, assertion.header()).certificate().getPublicKey());
        if (!principal.clientId().equals(assertion.claim("iss"))
                || !principal.clientId().equals(assertion.claim("sub"))) {
            throw new EntraException(EntraError.ASSERTION_ISSUER);
        }
        if (!assertion.isMeantFor(audiences)) {
            throw new EntraException(EntraError.ASSERTION_AUDIENCE);
        }
    }

    /** Issuer, subject and audience are compared as they are written, letter by letter. */
    private static void requireFederated(ServicePrincipal principal, Assertion assertion) {
        String issuer = assertion.claim("iss");
        String subject = assertion.claim("sub");
        List<FederatedCredential> ofIssuer = principal.federatedCredentials().stream()
                .filter(one -> one.issuer().equals(issuer))
                .toList();
        if (ofIssuer.isEmpty()) {
            throw new EntraException(EntraError.FEDERATED_ISSUER, issuer);
        }
        List<FederatedCredential> ofSubject =
                ofIssuer.stream().filter(one -> one.subject().equals(subject)).toList();
        if (ofSubject.isEmpty()) {
            throw new EntraException(EntraError.FEDERATED_SUBJECT, subject);
        }
        FederatedCredential credential = ofSubject.stream()
                .filter(one -> assertion.isMeantFor(Set.of(one.audience())))
                .findFirst()
                .orElseThrow(() -> new EntraException(
                        EntraError.FEDERATED_AUDIENCE,
                        String.valueOf(assertion.claims().getValue("aud"))));
        assertion.requireSignature(credential.key());
    }

    /** The registered certificate the header names by thumbprint: {@code x5t} (SHA-1) or {@code x5t#S256}. */
    private static UploadedCertificate certificate(ServicePrincipal principal, JsonObject header) {
        Object sha256 = header.getValue("x5t#S256");
        Object named = sha256 == null ? header.getValue("x5t") : sha256;
        if (named == null) {
            throw new EntraException(EntraError.ASSERTION_UNREGISTERED);
        }
        String hex = hex(named);
        return principal.certificates().stream()
                .filter(certificate ->
                        hex.equals(sha256 == null ? certificate.sha1Thumbprint() : certificate.sha256Thumbprint()))
                .findFirst()
                .orElseThrow(() -> new EntraException(EntraError.ASSERTION_UNREGISTERED));
    }

    private static String hex(Object thumbprint) {
        try {
            return HexFormat.of()
                    .withUpperCase()
                    .formatHex(Base64.getUrlDecoder().decode(String.valueOf(thumbprint)));
        } catch (IllegalArgumentException malformed) {
            throw new EntraException(EntraError.ASSERTION_MALFORMED);
        }
    }

    private static Basic basic(String header) {
        if (header == null || !header.regionMatches(true, 0, "Basic ", 0, 6)) {
            return null;
        }
        try {
            String pair =
                    new String(Base64.getDecoder().decode(header.substring(6).trim()), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon <= 0
                    ? null
                    : new Basic(unescaped(pair.substring(0, colon)), unescaped(pair.substring(colon + 1)));
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    /** RFC 6749 2.3.1 wants both parts form-encoded; clients that do not encode send them as they are. */
    private static String unescaped(String part) {
        return part.contains("%") ? URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8) : part;
    }

    private static boolean equal(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}
