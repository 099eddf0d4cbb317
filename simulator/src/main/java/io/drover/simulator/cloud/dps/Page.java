package io.drover.simulator.cloud.dps;

import java.util.List;

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
}
