package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.central.X509Group.SigningCertificate;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * {@code /api/enrollmentGroups/{id}/certificates}: the authorities of a group, and the proof of possession that each needs, after
 * "How to connect devices with X.509 certificates to IoT Central".
 */
final class EnrollmentCertificateResource {
    private static final Set<String> ENTRIES = Set.of("primary", "secondary");

    void mount(Router router, CentralApi api) {
        String path = "/api/enrollmentGroups/:id/certificates/:entry";
        router.get(path)
                .handler(api.with(
                        Right.ENROLLMENT_READ, request -> request.answer(200, shown(requireCertificate(request)))));
        router.put(path).handler(api.with(Right.ENROLLMENT_MANAGE, EnrollmentCertificateResource::put));
        router.delete(path).handler(api.with(Right.ENROLLMENT_MANAGE, EnrollmentCertificateResource::delete));
        router.post(path + "/generateVerificationCode")
                .handler(api.with(Right.ENROLLMENT_MANAGE, EnrollmentCertificateResource::generateCode));
        router.post(path + "/verify").handler(api.with(Right.ENROLLMENT_MANAGE, EnrollmentCertificateResource::verify));
    }

    /** What may be seen of a certificate: never the certificate itself. */
    static JsonObject shown(SigningCertificate certificate) {
        return new JsonObject()
                .put("verified", certificate.verified())
                .put(
                        "info",
                        new JsonObject()
                                .put("sha1Thumbprint", certificate.certificate().sha1Thumbprint()))
                .put("etag", certificate.etag());
    }

    private static X509Group requireGroup(CentralRequest request) {
        String id = request.parameter("id");
        X509Group found = request.app().x509Groups().get(id).orElse(null);
        if (found != null) {
            return found;
        }
        if (request.app().enrollmentGroups().get(id).isPresent()) {
            throw CentralException.unprocessable("The enrollment group '" + id + "' has keys, not certificates.");
        }
        throw CentralException.notFound("enrollment group", id);
    }

    private static String entry(CentralRequest request) {
        String entry = request.parameter("entry");
        if (!ENTRIES.contains(entry)) {
            throw new CentralException(400, "InvalidParameter", "The entry must be primary or secondary.");
        }
        return entry;
    }

    private static SigningCertificate requireCertificate(CentralRequest request) {
        SigningCertificate found = requireGroup(request).certificates().get(entry(request));
        if (found == null) {
            throw CentralException.notFound("certificate", entry(request));
        }
        return found;
    }

    private static void put(CentralRequest request) {
        String id = requireGroup(request).id();
        String entry = entry(request);
        JsonObject body = request.body();
        SigningCertificate fresh =
                request.app().x509Groups().uploaded(body.getString("certificate"), body.getBoolean("verified", false));
        X509Group changed = request.app().x509Groups().change(id, before -> {
            SigningCertificate old = before.certificates().get(entry);
            if (old != null) {
                request.requireMatch(old.etag());
            }
            return before.with(entry, fresh);
        });
        request.answer(200, shown(changed.certificates().get(entry)));
    }

    private static void delete(CentralRequest request) {
        requireCertificate(request);
        change(request, before -> null);
        request.answerEmpty();
    }

    private static void generateCode(CentralRequest request) {
        requireCertificate(request);
        SigningCertificate changed = change(request, request.app().x509Groups()::withCode);
        request.answer(200, new JsonObject().put("verificationCode", changed.verificationCode()));
    }

    private static void verify(CentralRequest request) {
        requireCertificate(request);
        String proof = request.body().getString("certificate");
        change(request, before -> {
            try {
                return request.app().x509Groups().verified(before, proof);
            } catch (IllegalArgumentException notProven) {
                throw new CentralException(400, "InvalidVerificationCertificate", notProven.getMessage());
            }
        });
        request.answerEmpty();
    }

    private static SigningCertificate change(CentralRequest request, UnaryOperator<SigningCertificate> change) {
        String entry = entry(request);
        X509Group changed = request.app()
                .x509Groups()
                .change(requireGroup(request).id(), before -> {
                    SigningCertificate old = before.certificates().get(entry);
                    if (old == null) {
                        throw CentralException.notFound("certificate", entry);
                    }
                    request.requireMatch(old.etag());
                    return before.with(entry, change.apply(old));
                });
        return changed.certificates().get(entry);
    }
}
