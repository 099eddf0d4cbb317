package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.central.X509Group.SigningCertificate;
import io.drover.simulator.cloud.dps.EnrollmentGroup;
import io.drover.simulator.cloud.dps.ProvisioningError;
import io.drover.simulator.cloud.dps.ProvisioningException;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** {@code /api/enrollmentGroups}: groups with symmetric keys, which a GET shows in clear, as documented, or with certificates. */
final class EnrollmentGroupResource {
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9-]{1,255}");

    void mount(Router router, CentralApi api) {
        router.get("/api/enrollmentGroups").handler(api.with(Right.ENROLLMENT_READ, EnrollmentGroupResource::list));
        router.get("/api/enrollmentGroups/:id").handler(api.with(Right.ENROLLMENT_READ, EnrollmentGroupResource::get));
        router.put("/api/enrollmentGroups/:id")
                .handler(api.with(Right.ENROLLMENT_MANAGE, EnrollmentGroupResource::put));
        router.patch("/api/enrollmentGroups/:id")
                .handler(api.with(Right.ENROLLMENT_MANAGE, EnrollmentGroupResource::patch));
        router.delete("/api/enrollmentGroups/:id")
                .handler(api.with(Right.ENROLLMENT_MANAGE, EnrollmentGroupResource::delete));
    }

    static JsonObject shown(SymmetricKey keys) {
        return new JsonObject().put("primaryKey", keys.primary()).put("secondaryKey", keys.secondary());
    }

    private static JsonObject shown(CentralApp app, EnrollmentGroup group) {
        return new JsonObject()
                .put("id", group.id())
                .put("displayName", app.enrollmentGroups().displayName(group))
                .put("enabled", group.enabled())
                .put("type", group.iotEdge() ? "iotEdge" : "iot")
                .put(
                        "attestation",
                        new JsonObject().put("type", "symmetricKey").put("symmetricKey", shown(group.keys())))
                .put("etag", group.etag());
    }

    private static JsonObject shown(X509Group group) {
        JsonObject certificates = new JsonObject();
        group.certificates()
                .forEach((entry, certificate) ->
                        certificates.put(entry, EnrollmentCertificateResource.shown(certificate)));
        return new JsonObject()
                .put("id", group.id())
                .put("displayName", group.displayName())
                .put("enabled", group.enabled())
                .put("type", group.iotEdge() ? "iotEdge" : "iot")
                .put(
                        "attestation",
                        new JsonObject()
                                .put("type", "x509")
                                .put("x509", new JsonObject().put("signingCertificates", certificates)))
                .put("etag", group.etag());
    }

    private static EnrollmentGroup require(CentralRequest request) {
        String id = request.parameter("id");
        return request.app()
                .enrollmentGroups()
                .get(id)
                .orElseThrow(() -> CentralException.notFound("enrollment group", id));
    }

    private static Optional<X509Group> withCertificates(CentralRequest request) {
        return request.app().x509Groups().get(request.parameter("id"));
    }

    private static void list(CentralRequest request) {
        TreeMap<String, JsonObject> all = new TreeMap<>();
        request.app()
                .enrollmentGroups()
                .all()
                .forEach(group -> all.put(group.id().toLowerCase(Locale.ROOT), shown(request.app(), group)));
        request.app().x509Groups().all().forEach((key, group) -> all.put(key, shown(group)));
        request.answerPage(Page.of(all, request.pageAfter(), group -> true), group -> group);
    }

    private static void get(CentralRequest request) {
        request.answer(
                200,
                withCertificates(request)
                        .map(EnrollmentGroupResource::shown)
                        .orElseGet(() -> shown(request.app(), require(request))));
    }

    private static void put(CentralRequest request) {
        String id = request.identifier("id", ID);
        JsonObject body = request.body();
        JsonObject attestation = body.getJsonObject("attestation");
        if (body.getString("displayName") == null || body.getString("type") == null || attestation == null) {
            throw CentralException.invalidBody("displayName, type and attestation are required.");
        }
        boolean iotEdge = iotEdge(body, false);
        boolean enabled = body.getBoolean("enabled", true);
        switch (String.valueOf(attestation.getString("type"))) {
            case "symmetricKey" -> {
                if (withCertificates(request).isPresent()) {
                    throw CentralException.conflict("The enrollment group '" + id + "' has certificates already.");
                }
                store(request, id, body.getString("displayName"), enabled, iotEdge, keys(attestation));
            }
            case "x509" -> {
                if (request.app().enrollmentGroups().get(id).isPresent()) {
                    throw CentralException.conflict("The enrollment group '" + id + "' has keys already.");
                }
                store(request, id, body.getString("displayName"), enabled, iotEdge, attestation);
            }
            default -> throw CentralException.invalidBody("attestation.type must be symmetricKey or x509.");
        }
    }

    private static void patch(CentralRequest request) {
        JsonObject body = request.body();
        Optional<X509Group> group = withCertificates(request);
        if (group.isPresent()) {
            X509Group before = group.get();
            store(
                    request,
                    before.id(),
                    body.getString("displayName", before.displayName()),
                    body.getBoolean("enabled", before.enabled()),
                    iotEdge(body, before.iotEdge()),
                    body.getJsonObject("attestation", new JsonObject()));
            return;
        }
        EnrollmentGroup before = require(request);
        store(
                request,
                before.id(),
                body.getString("displayName", request.app().enrollmentGroups().displayName(before)),
                body.getBoolean("enabled", before.enabled()),
                iotEdge(body, before.iotEdge()),
                keys(body.getJsonObject("attestation")));
    }

    private static boolean iotEdge(JsonObject body, boolean otherwise) {
        String type = body.getString("type");
        if (type != null && !type.equals("iot") && !type.equals("iotEdge")) {
            throw CentralException.invalidBody("type must be iot or iotEdge.");
        }
        return type == null ? otherwise : type.equals("iotEdge");
    }

    /** Certificates the attestation does not name stay as they are. */
    private static void store(
            CentralRequest request,
            String id,
            String displayName,
            boolean enabled,
            boolean iotEdge,
            JsonObject attestation) {
        JsonObject given = attestation
                .getJsonObject("x509", new JsonObject())
                .getJsonObject("signingCertificates", new JsonObject());
        X509Group stored = request.app().x509Groups().change(id, before -> {
            if (before != null) {
                request.requireMatch(before.etag());
            }
            Map<String, SigningCertificate> certificates =
                    new TreeMap<>(before == null ? Map.of() : before.certificates());
            for (String entry : List.of("primary", "secondary")) {
                JsonObject one = given.getJsonObject(entry);
                if (one != null && one.getString("certificate") != null) {
                    certificates.put(
                            entry,
                            request.app()
                                    .x509Groups()
                                    .uploaded(one.getString("certificate"), one.getBoolean("verified", false)));
                }
            }
            return new X509Group(
                    id, displayName, enabled, iotEdge, certificates, before == null ? 1 : before.revision() + 1);
        });
        request.answer(200, shown(stored));
    }

    private static SymmetricKey keys(JsonObject attestation) {
        JsonObject keys = attestation == null ? null : attestation.getJsonObject("symmetricKey");
        if (keys == null) {
            return null;
        }
        String primary = keys.getString("primaryKey");
        String secondary = keys.getString("secondaryKey");
        if (primary == null || secondary == null || !SymmetricKey.isKey(primary) || !SymmetricKey.isKey(secondary)) {
            throw CentralException.invalidBody("primaryKey and secondaryKey must be base64 of 16 to 64 bytes.");
        }
        return new SymmetricKey(primary, secondary);
    }

    private static void store(
            CentralRequest request,
            String id,
            String displayName,
            boolean enabled,
            boolean iotEdge,
            SymmetricKey keys) {
        try {
            EnrollmentGroup stored = request.app()
                    .enrollmentGroups()
                    .put(id, displayName, enabled, iotEdge, keys, request.header("if-match"));
            request.answer(200, shown(request.app(), stored));
        } catch (ProvisioningException refused) {
            throw translated(refused, id);
        }
    }

    private static void delete(CentralRequest request) {
        Optional<X509Group> group = withCertificates(request);
        if (group.isPresent()) {
            request.requireMatch(group.get().etag());
            request.app().x509Groups().delete(group.get().id());
            request.answerEmpty();
            return;
        }
        String id = require(request).id();
        try {
            request.app().enrollmentGroups().delete(id, request.header("if-match"));
        } catch (ProvisioningException refused) {
            throw translated(refused, id);
        }
        request.answerEmpty();
    }

    private static CentralException translated(ProvisioningException refused, String id) {
        return refused.error() == ProvisioningError.ETAG_MISMATCH
                ? CentralException.etagMismatch()
                : CentralException.notFound("enrollment group", id);
    }
}
