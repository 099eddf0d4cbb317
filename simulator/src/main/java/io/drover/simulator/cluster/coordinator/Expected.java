package io.drover.simulator.cluster.coordinator;

import io.drover.simulator.cluster.ClusterException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which members a fleet waits for: so many of whatever name, or those of given names.
 *
 * @param names empty for any
 */
record Expected(int count, List<String> names) {
    private static final int MOST = 200;

    /** Reads {@code --members}. */
    static Expected parse(String text) throws ClusterException {
        try {
            int count = Integer.parseInt(text.strip());
            if (count < 1 || count > MOST) {
                throw new ClusterException("--members " + count + ": give 1 to " + MOST);
            }
            return new Expected(count, List.of());
        } catch (NumberFormatException names) {
            List<String> given =
                    Arrays.stream(text.split(",", -1)).map(String::strip).toList();
            if (given.contains("") || Set.copyOf(given).size() != given.size() || given.size() > MOST) {
                throw new ClusterException("--members " + text + ": give a number, or up to " + MOST
                        + " different names with commas between");
            }
            return new Expected(given.size(), given);
        }
    }

    /** Who has not joined yet, for a person. */
    String missing(Set<String> joined) {
        return names.isEmpty()
                ? (count - joined.size()) + " more"
                : names.stream().filter(name -> !joined.contains(name)).collect(Collectors.joining(", "));
    }
}
