package io.drover.worker.owned;

import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one device owns at one place: values by their dotted path, such as {@code tags.site} or {@code writable.cooler.limit}.
 * Objects are taken apart, lists are values, and what is empty is nothing. Never shown, as a value may be a secret; immutable.
 */
public record OwnedData(SortedMap<String, Object> values) {
    /** Nothing. */
    public static final OwnedData NONE = new OwnedData(new TreeMap<>());

    public OwnedData {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    /** Takes an object apart; what is null is not there. */
    public static OwnedData of(JsonObject nested) {
        SortedMap<String, Object> values = new TreeMap<>();
        nested.forEach(entry -> add(values, entry.getKey(), entry.getValue()));
        return new OwnedData(values);
    }

    private static void add(SortedMap<String, Object> values, String path, Object value) {
        if (value instanceof JsonObject object && isApart(object)) {
            object.forEach(entry -> add(values, path + "." + entry.getKey(), entry.getValue()));
        } else if (value != null) {
            values.put(path, value);
        }
    }

    /** An object with such a key could not be put together again. */
    private static boolean isApart(JsonObject object) {
        return object.fieldNames().stream().noneMatch(key -> key.isEmpty() || key.contains("."));
    }

    /** One value, or null. */
    public Object value(String path) {
        return values.get(path);
    }

    /** The object under a path, put together again; empty when nothing is there. */
    public JsonObject section(String path) {
        JsonObject all = new JsonObject();
        String prefix = path + ".";
        for (Map.Entry<String, Object> entry : values.tailMap(prefix).entrySet()) {
            if (!entry.getKey().startsWith(prefix)) {
                break;
            }
            put(all, entry.getKey().substring(prefix.length()), entry.getValue());
        }
        return all;
    }

    private static void put(JsonObject object, String path, Object value) {
        int dot = path.indexOf('.');
        if (dot < 0) {
            object.put(path, value);
            return;
        }
        String key = path.substring(0, dot);
        if (!(object.getValue(key) instanceof JsonObject)) {
            object.put(key, new JsonObject());
        }
        put(object.getJsonObject(key), path.substring(dot + 1), value);
    }

    /** Whether writing a value at this path would take away another one: there, above it or below. */
    boolean isTaken(String path) {
        return isTaken(values, path);
    }

    static boolean isTaken(SortedMap<String, Object> values, String path) {
        boolean above = false;
        for (int dot = path.indexOf('.'); dot >= 0 && !above; dot = path.indexOf('.', dot + 1)) {
            above = values.containsKey(path.substring(0, dot));
        }
        String below = path + ".";
        return above
                || values.containsKey(path)
                || values.tailMap(below).keySet().stream()
                        .findFirst()
                        .orElse("")
                        .startsWith(below);
    }

    /** Whether two values are the same; numbers are, however they are written. */
    public static boolean same(Object one, Object other) {
        return (one instanceof Number a && other instanceof Number b)
                ? new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString())) == 0
                : Objects.equals(one, other);
    }

    @Override
    public String toString() {
        return "OwnedData[" + values.size() + " hidden]";
    }
}
