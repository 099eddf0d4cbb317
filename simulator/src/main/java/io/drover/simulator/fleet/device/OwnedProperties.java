package io.drover.simulator.fleet.device;

import io.vertx.core.json.JsonObject;

/** What a device says about its properties: some of its own, and of each desired one that it was taken over, as IoT Plug and Play has it. */
public final class OwnedProperties {
    private static final int TAKEN = 200;

    private OwnedProperties() {}

    /** The properties that every device reports; {@code owns} adds those that are different for each. */
    public static JsonObject reported(int index, boolean owns) {
        JsonObject own = new JsonObject().put("firmware", "1.0.0");
        return owns ? own.put("serialNumber", "SN-" + (100_000 + index)) : own;
    }

    /**
     * The acknowledgement of desired properties: {@code {"value","ac","av","ad"}} under each name, and within a component under its
     * mark. What was removed and what the hub added is left out.
     */
    public static JsonObject acknowledged(JsonObject desired, long version) {
        JsonObject answer = new JsonObject();
        for (String name : desired.fieldNames()) {
            Object value = desired.getValue(name);
            if (value == null || name.startsWith("$")) {
                continue;
            }
            if (value instanceof JsonObject component && "c".equals(component.getValue("__t"))) {
                JsonObject inner = component.copy();
                inner.remove("__t");
                answer.put(name, acknowledged(inner, version).put("__t", "c"));
            } else {
                answer.put(
                        name,
                        new JsonObject()
                                .put("value", value)
                                .put("ac", TAKEN)
                                .put("av", version)
                                .put("ad", "taken over"));
            }
        }
        return answer;
    }
}
