package io.drover.simulator.fleet;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** Statuses of a fleet's processes as one: numbers are added up, of texts the least is taken, which of times is the earliest. */
public final class StatusSum {
    private StatusSum() {}

    /** Keeps what it is given as it is. */
    public static JsonObject of(List<JsonObject> statuses) {
        JsonObject sum = new JsonObject();
        statuses.forEach(status -> add(sum, status));
        return sum;
    }

    private static void add(JsonObject sum, JsonObject more) {
        more.forEach(entry -> sum.put(entry.getKey(), added(sum.getValue(entry.getKey()), entry.getValue())));
    }

    private static Object added(Object one, Object other) {
        if (one == null || other == null) {
            return one == null ? copy(other) : one;
        }
        if (one instanceof JsonObject first && other instanceof JsonObject second) {
            add(first, second);
            return first;
        }
        if (one instanceof Number first && other instanceof Number second) {
            return first.longValue() + second.longValue();
        }
        return one.toString().compareTo(other.toString()) <= 0 ? one : other;
    }

    private static Object copy(Object value) {
        return value instanceof JsonObject object ? object.copy() : value;
    }
}
