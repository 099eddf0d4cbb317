package io.drover.worker.source;

import java.util.LinkedHashMap;
import java.util.Map;

/** Where a device is told to go, by the names that the DeviceMove payload has for it (reference section a.4). */
public record MoveTarget(String idScope, String dpsName, String dpsId) {
    /**
     * The payload's fields.
     *
     * @param template the device's template id; null when it has none
     */
    public Map<String, Object> fields(String template) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("idScope", idScope);
        fields.put("dpsName", dpsName);
        fields.put("dpsId", dpsId);
        if (template != null) {
            fields.put("deviceTemplateId", template);
        }
        return fields;
    }
}
