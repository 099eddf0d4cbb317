package io.drover.simulator.cloud.dps;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/**
 * One page of a list in the order of ids.
 *
 * @param items what is on this page
 * @param continuation where the next page starts, or null at the end
 */
public record Page<T>(List<T> items, String continuation) {
    public Page {
        items = List.copyOf(items);
    }

    /** Entries strictly after the key {@code after} (null = from the start). */
    static <T> Page<T> of(NavigableMap<String, T> map, String after, int max) {
        List<Map.Entry<String, T>> found = (after == null ? map : map.tailMap(after, false))
                .entrySet().stream().limit(max + 1L).toList();
        boolean more = found.size() > max;
        List<Map.Entry<String, T>> shown = more ? found.subList(0, max) : found;
        return new Page<>(
                shown.stream().map(Map.Entry::getValue).toList(),
                more ? shown.get(shown.size() - 1).getKey() : null);
    }
}
