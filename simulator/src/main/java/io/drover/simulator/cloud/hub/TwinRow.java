package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.hub.query.QueryRow;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;

/** A device or module as a row of a query; reads only what the query names. */
record TwinRow(HubDevice device, Instant now) implements QueryRow {
    @Override
    public String key() {
        return device.clientId();
    }

    @Override
    public JsonObject whole() {
        return RegistryJson.twin(device, now);
    }

    @Override
    public Object value(List<String> path) {
        return switch (path.get(0)) {
            case "deviceId" -> device.deviceId();
            case "connectionState" -> device.connectionState().wireName();
            case "status" -> RegistryJson.status(device.settings());
            case "lastActivityTime" -> RegistryJson.time(device.lastActivityTime());
            case "authenticationType" -> device.credential().type();
            case "tags" -> below(device.twin().tags(), path);
            case "properties" -> below(device.twin().properties(true), path);
            default -> of(whole(), path);
        };
    }

    /** The value at the path in an object, UNDEFINED where it has none. */
    static Object of(JsonObject object, List<String> path) {
        return object.containsKey(path.get(0)) ? below(object.getValue(path.get(0)), path) : UNDEFINED;
    }

    private static Object below(Object value, List<String> path) {
        Object at = value;
        for (String name : path.subList(1, path.size())) {
            if (!(at instanceof JsonObject object) || !object.containsKey(name)) {
                return UNDEFINED;
            }
            at = object.getValue(name);
        }
        return at;
    }
}
