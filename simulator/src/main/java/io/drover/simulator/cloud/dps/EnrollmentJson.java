package io.drover.simulator.cloud.dps;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.cert.X509Certificate;
import java.util.Optional;

/** Enrollments as the service API shows them. */
final class EnrollmentJson {
    private EnrollmentJson() {}

    /** Without keys and certificates' bytes, as a plain GET and a query show it. */
    static JsonObject masked(Enrollment<?> enrollment) {
        JsonObject json = new JsonObject();
        if (enrollment instanceof IndividualEnrollment individual) {
            json.put("registrationId", individual.id());
            optional(json, "deviceId", individual.deviceId());
            optional(json, "optionalDeviceInformation", individual.deviceInformation());
        } else {
            json.put("enrollmentGroupId", enrollment.id());
        }
        json.put("attestation", attestation(enrollment.attestation(), false));
        settings(json, enrollment.settings());
        return json.put("createdDateTimeUtc", enrollment.created().toString())
                .put("lastUpdatedDateTimeUtc", enrollment.updated().toString())
                .put("etag", enrollment.etag());
    }

    private static void settings(JsonObject json, EnrollmentSettings settings) {
        json.put("provisioningStatus", settings.enabled() ? "enabled" : "disabled")
                .put("allocationPolicy", settings.allocation().wireName())
                .put(
                        "reprovisionPolicy",
                        new JsonObject()
                                .put(
                                        "updateHubAssignment",
                                        settings.reprovision().updateHubAssignment())
                                .put("migrateDeviceData", settings.reprovision().migrateDeviceData()))
                .put("capabilities", new JsonObject().put("iotEdge", settings.iotEdge()));
        if (!settings.iotHubs().isEmpty()) {
            json.put("iotHubs", new JsonArray(settings.iotHubs()));
        }
        if (settings.initialTwin() != null) {
            json.put("initialTwin", InitialTwinJson.write(settings.initialTwin()));
        }
        if (settings.customAllocation() != null) {
            json.put(
                    "customAllocationDefinition",
                    new JsonObject()
                            .put("webhookUrl", settings.customAllocation().webhookUrl())
                            .put("apiVersion", settings.customAllocation().apiVersion()));
        }
    }

    /** AttestationMechanism, with keys and certificates when they were asked for by name. */
    static JsonObject attestation(AttestationMechanism mechanism, boolean open) {
        JsonObject json = new JsonObject().put("type", mechanism.type().wireName());
        switch (mechanism.type()) {
            case SYMMETRIC_KEY -> json.put("symmetricKey", keys(mechanism, open));
            case X509 -> json.put("x509", x509(mechanism.x509(), open));
            case TPM -> json.put("tpm", tpm(mechanism.tpm()));
            case NONE -> {}
        }
        return json;
    }

    private static JsonObject keys(AttestationMechanism mechanism, boolean open) {
        return open
                ? new JsonObject()
                        .put("primaryKey", mechanism.keys().primary())
                        .put("secondaryKey", mechanism.keys().secondary())
                : new JsonObject();
    }

    private static JsonObject tpm(AttestationMechanism.TpmAttestation tpm) {
        JsonObject json = new JsonObject().put("endorsementKey", tpm.endorsementKey());
        optional(json, "storageRootKey", tpm.storageRootKey());
        return json;
    }

    private static JsonObject x509(X509Attestation x509, boolean open) {
        JsonObject slots = new JsonObject();
        optional(slots, "primary", slot(x509.primary(), open));
        optional(slots, "secondary", slot(x509.secondary(), open));
        return new JsonObject().put(x509.kind().wireName(), slots);
    }

    private static Object slot(X509Attestation.Slot slot, boolean open) {
        if (slot == null || slot.reference() != null) {
            return slot == null ? null : slot.reference();
        }
        X509Certificate certificate = slot.certificate();
        JsonObject json = new JsonObject().put("info", CertificateJson.info(certificate));
        return open ? json.put("certificate", CertificateJson.encoded(certificate)) : json;
    }

    private static void optional(JsonObject json, String name, Object value) {
        Optional.ofNullable(value).ifPresent(present -> json.put(name, present));
    }
}
