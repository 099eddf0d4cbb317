package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.dps.EnrollmentGroup;
import io.drover.simulator.cloud.dps.ProvisioningError;
import io.drover.simulator.cloud.dps.ProvisioningException;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.regex.Pattern;

/** {@code /api/enrollmentGroups}: groups with symmetric keys, which a GET shows in clear, as documented. */
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

    private static EnrollmentGroup require(CentralRequest request) {
        String id = request.parameter("id");
        return request.app()
                .enrollmentGroups()
                .get(id)
                .orElseThrow(() -> CentralException.notFound("enrollment group", id));
    }

    private static void list(CentralRequest request) {
        var page = request.app().enrollmentGroups().page(request.pageAfter());
        request.answerPage(new Page<>(page.items(), page.continuation()), group -> shown(request.app(), group));
    }

    private static void get(CentralRequest request) {
        request.answer(200, shown(request.app(), require(request)));
    }

    private static void put(CentralRequest request) {
        String id = request.identifier("id", ID);
        JsonObject body = request.body();
        JsonObject attestation = body.getJsonObject("attestation");
        if (body.getString("displayName") == null || body.getString("type") == null || attestation == null) {
            throw CentralException.invalidBody("displayName, type and attestation are required.");
        }
        if (!"symmetricKey".equals(attestation.getString("type"))) {
            throw CentralException.unprocessable("This emulator has enrollment groups with symmetricKey only.");
        }
        store(
                request,
                id,
                body.getString("displayName"),
                body.getBoolean("enabled", true),
                "iotEdge".equals(body.getString("type")),
                keys(attestation));
    }

    private static void patch(CentralRequest request) {
        EnrollmentGroup before = require(request);
        JsonObject body = request.body();
        store(
                request,
                before.id(),
                body.getString("displayName", request.app().enrollmentGroups().displayName(before)),
                body.getBoolean("enabled", before.enabled()),
                body.containsKey("type") ? "iotEdge".equals(body.getString("type")) : before.iotEdge(),
                keys(body.getJsonObject("attestation")));
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
