package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import java.util.function.Supplier;

/** Reads the settings of a device or module from the registry's JSON. Faults are ARGUMENT_INVALID. */
final class IdentityReader {
    private static final int MAX_REASON = 128;

    private IdentityReader() {}

    /** The settings in the body; what it leaves out stays as it was, {@code before} being null for a new identity. */
    static IdentitySettings read(JsonObject body, IdentitySettings before, Supplier<DeviceCredential> fresh) {
        boolean enabled = switch (lower(body.getString("status"), "enabled")) {
            case "enabled" -> true;
            case "disabled" -> false;
            default -> throw invalid("status is enabled or disabled.");
        };
        String reason = body.getString("statusReason");
        if (reason != null && reason.length() > MAX_REASON) {
            throw invalid("statusReason is longer than " + MAX_REASON + " characters.");
        }
        JsonObject capabilities = body.getJsonObject("capabilities");
        return new IdentitySettings(
                credential(body.getJsonObject("authentication"), before == null ? null : before.credential(), fresh),
                enabled,
                reason,
                capabilities != null && Boolean.TRUE.equals(capabilities.getBoolean("iotEdge")),
                body.getString("deviceScope"));
    }

    private static DeviceCredential credential(
            JsonObject authentication, DeviceCredential before, Supplier<DeviceCredential> fresh) {
        if (authentication == null) {
            return before == null ? fresh.get() : before;
        }
        JsonObject keys = authentication.getJsonObject("symmetricKey");
        JsonObject thumbprints = authentication.getJsonObject("x509Thumbprint");
        return switch (lower(authentication.getString("type"), thumbprints == null ? "sas" : "selfsigned")) {
            case "sas" -> sas(keys == null ? new JsonObject() : keys, before, fresh);
            case "selfsigned" -> selfSigned(thumbprints == null ? new JsonObject() : thumbprints);
            case "certificateauthority" -> DeviceCredential.certificateAuthority();
            case "none" -> DeviceCredential.none();
            default -> throw invalid("authentication.type is sas, selfSigned, certificateAuthority or none.");
        };
    }

    private static DeviceCredential sas(JsonObject keys, DeviceCredential before, Supplier<DeviceCredential> fresh) {
        String primary = keys.getString("primaryKey");
        String secondary = keys.getString("secondaryKey");
        if (primary == null && secondary == null) {
            return before != null && before.kind() == DeviceCredential.Type.SAS ? before : fresh.get();
        }
        if (primary == null || secondary == null || !SymmetricKey.isKey(primary) || !SymmetricKey.isKey(secondary)) {
            throw invalid("Both keys must be base64 of 16 to 64 bytes.");
        }
        return new DeviceCredential(new SymmetricKey(primary, secondary));
    }

    private static DeviceCredential selfSigned(JsonObject thumbprints) {
        String primary = emptyToNull(thumbprints.getString("primaryThumbprint"));
        String secondary = emptyToNull(thumbprints.getString("secondaryThumbprint"));
        if (primary == null && secondary == null) {
            throw invalid("selfSigned needs a thumbprint.");
        }
        if ((primary != null && !DeviceCredential.isThumbprint(primary))
                || (secondary != null && !DeviceCredential.isThumbprint(secondary))) {
            throw invalid("A thumbprint is a SHA-1 or SHA-256 digest in hexadecimal.");
        }
        return DeviceCredential.selfSigned(primary, secondary);
    }

    /** Microsoft's service client capitalizes some values, and writes null where it has none. */
    private static String lower(String text, String otherwise) {
        return text == null ? otherwise : text.toLowerCase(Locale.ROOT);
    }

    private static String emptyToNull(String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    private static HubException invalid(String message) {
        return new HubException(HubError.ARGUMENT_INVALID, message);
    }
}
