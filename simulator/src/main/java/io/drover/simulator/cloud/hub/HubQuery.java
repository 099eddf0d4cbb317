package io.drover.simulator.cloud.hub;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Predicate;

/** A parsed query: the columns (none = whole twins) and the condition. Made by {@link HubQueryParser}. */
record HubQuery(List<List<String>> columns, Predicate<HubDevice> condition) {
    HubQuery {
        columns = List.copyOf(columns);
    }

    /** The row of a device: its twin, or an object with the chosen columns that are defined. */
    JsonObject row(HubDevice device) {
        if (columns.isEmpty()) {
            return RegistryJson.twin(device);
        }
        JsonObject row = new JsonObject();
        for (List<String> column : columns) {
            Object value = RegistryJson.value(device, column);
            if (value != null) {
                row.put(column.get(column.size() - 1), value);
            }
        }
        return row;
    }
}
