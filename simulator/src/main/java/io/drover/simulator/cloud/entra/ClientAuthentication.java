package io.drover.simulator.cloud.entra;

import io.drover.simulator.cloud.x509.UploadedCertificate;
import io.vertx.core.MultiMap;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.time.Clock;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;

/**
 * Which application calls the token endpoint: by secret (in the form or the Authorization header) or by an assertion signed with the
 * key of a registered certificate, after "Microsoft identity platform application authentication certificate credentials".
 */
final class ClientAuthentication {
    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    private static final long CLOCK_SKEW_SECONDS = 300;
    private static final int SHA256_BYTES = 32;

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
            boolean isPublic =
                    known.clientSecret() == null && known.certificates().isEmpty();
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

    private void requireAssertion(ServicePrincipal principal, String assertion, Set<String> audiences) {
        String[] parts = assertion.split("\\.", -1);
        if (parts.length != 3) {
            throw new EntraException(EntraError.ASSERTION_MALFORMED);
        }
        JsonObject header;
        JsonObject claims;
        boolean signed;
        try {
            header = decode(parts[0]);
            claims = decode(parts[1]);
            UploadedCertificate certificate = certificate(principal, header);
            signed = holds(
                    certificate,
                    header.getString("alg"),
                    parts[0] + "." + parts[1],
                    Base64.getUrlDecoder().decode(parts[2]));
        } catch (DecodeException | ClassCastException | IllegalArgumentException malformed) {
            throw new EntraException(EntraError.ASSERTION_MALFORMED);
        }
        if (!signed) {
            throw new EntraException(EntraError.ASSERTION_SIGNATURE);
        }
        requireClaims(principal, claims, audiences);
    }

    private void requireClaims(ServicePrincipal principal, JsonObject claims, Set<String> audiences) {
        if (!principal.clientId().equals(claims.getValue("iss"))
                || !principal.clientId().equals(claims.getValue("sub"))) {
            throw new EntraException(EntraError.ASSERTION_ISSUER);
        }
        if (!audiences.contains(String.valueOf(claims.getValue("aud")))) {
            throw new EntraException(EntraError.ASSERTION_AUDIENCE);
        }
        long now = clock.instant().getEpochSecond();
        long notBefore = claims.getValue("nbf") instanceof Number from ? from.longValue() : now;
        long expiry = claims.getValue("exp") instanceof Number to ? to.longValue() : 0;
        if (now + CLOCK_SKEW_SECONDS < notBefore || now - CLOCK_SKEW_SECONDS >= expiry) {
            throw new EntraException(EntraError.ASSERTION_TIME);
        }
    }

    /** The registered certificate the header names by thumbprint: {@code x5t} (SHA-1) or {@code x5t#S256}. */
    private static UploadedCertificate certificate(ServicePrincipal principal, JsonObject header) {
        String sha256 = header.getString("x5t#S256");
        String named = sha256 == null ? header.getString("x5t") : sha256;
        if (named == null) {
            throw new EntraException(EntraError.ASSERTION_UNREGISTERED);
        }
        byte[] thumbprint = Base64.getUrlDecoder().decode(named);
        String hex = HexFormat.of().withUpperCase().formatHex(thumbprint);
        return principal.certificates().stream()
                .filter(certificate ->
                        hex.equals(sha256 == null ? certificate.sha1Thumbprint() : certificate.sha256Thumbprint()))
                .findFirst()
                .orElseThrow(() -> new EntraException(EntraError.ASSERTION_UNREGISTERED));
    }

    private static boolean holds(UploadedCertificate certificate, String algorithm, String text, byte[] value) {
        try {
            Signature signature;
            if ("PS256".equals(algorithm)) {
                signature = Signature.getInstance("RSASSA-PSS");
                signature.setParameter(
                        new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, SHA256_BYTES, 1));
            } else if ("RS256".equals(algorithm)) {
                signature = Signature.getInstance("SHA256withRSA");
            } else {
                return false;
            }
            signature.initVerify(certificate.certificate().getPublicKey());
            signature.update(text.getBytes(StandardCharsets.US_ASCII));
            return signature.verify(value);
        } catch (GeneralSecurityException notSigned) {
            return false;
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

    private static JsonObject decode(String part) {
        return new JsonObject(new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8));
    }
}
