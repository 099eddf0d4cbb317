package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.sas.SymmetricKey;
import io.drover.simulator.cloud.x509.UploadedCertificate;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.Base64;

/** {@code /api/devices/{id}/attestation}: individual enrollments, which go before a device's enrollment group. */
final class AttestationResource {
    private static final int LEAST_ENDORSEMENT_KEY = 16;

    void mount(Router router, CentralApi api) {
        String path = "/api/devices/:id/attestation";
        router.get(path)
                .handler(api.with(Right.CONNECTIVITY_READ, request -> request.answer(200, shown(require(request)))));
        router.put(path).handler(api.with(Right.CONNECTIVITY_MANAGE, AttestationResource::put));
        router.patch(path).handler(api.with(Right.CONNECTIVITY_MANAGE, AttestationResource::patch));
        router.delete(path).handler(api.with(Right.CONNECTIVITY_MANAGE, AttestationResource::delete));
    }

    static JsonObject shown(DeviceAttestation attestation) {
        JsonObject json = new JsonObject().put("type", attestation.type().wireName());
        return switch (attestation.type()) {
            case SYMMETRIC_KEY -> json.put("symmetricKey", EnrollmentGroupResource.shown(attestation.keys()));
            case X509 -> {
                JsonObject certificates = new JsonObject().put("primary", shown(attestation.primary()));
                if (attestation.secondary() != null) {
                    certificates.put("secondary", shown(attestation.secondary()));
                }
                yield json.put("x509", new JsonObject().put("clientCertificates", certificates));
            }
            case TPM -> json.put("tpm", new JsonObject().put("endorsementKey", attestation.endorsementKey()));
        };
    }

    private static JsonObject shown(UploadedCertificate certificate) {
        return new JsonObject().put("info", new JsonObject().put("sha1Thumbprint", certificate.sha1Thumbprint()));
    }

    private static DeviceAttestation require(CentralRequest request) {
        String id = DeviceResource.require(request).id();
        return request.app()
                .attestation(id)
                .orElseThrow(() -> CentralException.notFound("individual enrollment of the device", id));
    }

    private static void put(CentralRequest request) {
        store(request, read(DeviceResource.require(request).id(), request.body(), null));
    }

    private static void patch(CentralRequest request) {
        DeviceAttestation before = require(request);
        store(request, read(DeviceResource.require(request).id(), request.body(), before));
    }

    private static void store(CentralRequest request, DeviceAttestation attestation) {
        request.app().attest(DeviceResource.require(request).id(), attestation);
        request.answer(200, shown(attestation));
    }

    private static void delete(CentralRequest request) {
        require(request);
        request.app().attest(DeviceResource.require(request).id(), null);
        request.answerEmpty();
    }

    /** Reads an attestation; a patch ({@code before} not null) that names the same type changes only what it names. */
    private static DeviceAttestation read(String deviceId, JsonObject body, DeviceAttestation before) {
        String wireName =
                body.getString("type", before == null ? null : before.type().wireName());
        for (DeviceAttestation.Type type : DeviceAttestation.Type.values()) {
            if (type.wireName().equals(wireName)) {
                return of(type, deviceId, body, before != null && before.type() == type ? before : null);
            }
        }
        throw CentralException.invalidBody("type must be symmetricKey, x509 or tpm.");
    }

    private static DeviceAttestation of(
            DeviceAttestation.Type type, String deviceId, JsonObject body, DeviceAttestation before) {
        return switch (type) {
            case SYMMETRIC_KEY ->
                new DeviceAttestation(type, keys(body.getJsonObject("symmetricKey"), before), null, null, null);
            case X509 -> {
                JsonObject certificates = body.getJsonObject("x509", new JsonObject())
                        .getJsonObject("clientCertificates", new JsonObject());
                UploadedCertificate primary = certificate(certificates.getJsonObject("primary"), deviceId);
                UploadedCertificate secondary = certificate(certificates.getJsonObject("secondary"), deviceId);
                if (primary == null && before == null) {
                    throw CentralException.invalidBody("x509.clientCertificates.primary.certificate is required.");
                }
                yield new DeviceAttestation(
                        type,
                        null,
                        primary == null ? before.primary() : primary,
                        secondary == null && before != null ? before.secondary() : secondary,
                        null);
            }
            case TPM ->
                new DeviceAttestation(
                        type, null, null, null, endorsementKey(body.getJsonObject("tpm", new JsonObject()), before));
        };
    }

    private static SymmetricKey keys(JsonObject given, DeviceAttestation before) {
        SymmetricKey base = before == null ? new SymmetricKey(null, null) : before.keys();
        JsonObject json = given == null ? new JsonObject() : given;
        SymmetricKey keys = new SymmetricKey(
                json.getString("primaryKey", base.primary()), json.getString("secondaryKey", base.secondary()));
        if (keys.primary() == null
                || keys.secondary() == null
                || !SymmetricKey.isKey(keys.primary())
                || !SymmetricKey.isKey(keys.secondary())) {
            throw CentralException.invalidBody("primaryKey and secondaryKey must be base64 of 16 to 64 bytes.");
        }
        return keys;
    }

    /** A device's certificate names the device as subject and as issuer, as documented. */
    private static UploadedCertificate certificate(JsonObject json, String deviceId) {
        if (json == null || json.getString("certificate") == null) {
            return null;
        }
        UploadedCertificate certificate = UploadedCertificate.parse(json.getString("certificate"));
        if (!certificate.commonName().equals(deviceId)
                || !certificate.issuerCommonName().equals(deviceId)) {
            throw CentralException.unprocessable(
                    "The certificate must have the device id '" + deviceId + "' as common name of subject and issuer.");
        }
        return certificate;
    }

    private static String endorsementKey(JsonObject json, DeviceAttestation before) {
        String key = json.getString("endorsementKey", before == null ? null : before.endorsementKey());
        try {
            if (key != null && Base64.getDecoder().decode(key).length >= LEAST_ENDORSEMENT_KEY) {
                return key;
            }
        } catch (IllegalArgumentException notBase64) {
            // answered below, the same as none at all
        }
        throw CentralException.invalidBody("tpm.endorsementKey must be base64.");
    }
}
