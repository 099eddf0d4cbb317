package io.drover.simulator.cloud.central;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.function.Predicate;

/**
 * A page of a list ordered by key.
 *
 * @param lastKey where the next page continues, or null when this is the last one
 */
record Page<V>(List<V> values, String lastKey) {
    /** IoT Central's own largest page; the GA version declares no parameter for it. */
    static final int SIZE = 100;

    /** The entries behind {@code after} (null: from the start) that are wanted; stays right while entries come and go. */
    static <V> Page<V> of(NavigableMap<String, V> all, String after, Predicate<? super V> wanted) {
        NavigableMap<String, V> rest = after == null ? all : all.tailMap(after, false);
        List<V> values = new ArrayList<>();
        String last = null;
        for (Map.Entry<String, V> entry : rest.entrySet()) {
            if (!wanted.test(entry.getValue())) {
                continue;
            }
            if (values.size() == SIZE) {
                return new Page<>(values, last);
            }
            values.add(entry.getValue());
            last = entry.getKey();
        }
        return new Page<>(values, null);
    }
}
