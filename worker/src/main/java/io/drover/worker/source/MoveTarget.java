package io.drover.worker.source;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where a device is told to go, by the names that the DeviceMove payload has for it (reference section a.4).
 *
 * @param names what tells the target apart from others, by the payload's field names
 * @param deviceTemplate id of the template that every device gets there; null when each keeps its own
 */
public record MoveTarget(String idScope, Map<String, String> names, String deviceTemplate) {
    /** A provisioning service of one's own. */
    public MoveTarget(String idScope, String dpsName, String dpsId) {
        this(idScope, ordered("dpsName", dpsName, "dpsId", dpsId), null);
    }

    /** An IoT Central application. */
    public static MoveTarget application(String idScope, String name, String subdomain, String deviceTemplate) {
        return new MoveTarget(
                idScope, ordered("centralAppName", name, "centralAppSubdomain", subdomain), deviceTemplate);
    }

    private static Map<String, String> ordered(String key, String value, String otherKey, String other) {
        Map<String, String> names = new LinkedHashMap<>();
        names.put(key, value);
        names.put(otherKey, other);
        return names;
    }

    /**
     * The payload's fields.
     *
     * @param template the device's template id at the source; null when it has none
     */
    public Map<String, Object> fields(String template) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("idScope", idScope);
        fields.putAll(names);
        String there = deviceTemplate == null ? template : deviceTemplate;
        if (there != null) {
            fields.put("deviceTemplateId", there);
        }
        return fields;
    }
}
