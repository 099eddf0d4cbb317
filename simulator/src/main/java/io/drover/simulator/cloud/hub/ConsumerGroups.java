package io.drover.simulator.cloud.hub;

import java.util.Locale;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Consumer groups of the built-in endpoint; {@code $Default} always exists. Names ignore case. Thread-safe. */
public final class ConsumerGroups {
    public static final String DEFAULT = "$Default";
    /** "Event Hubs quotas and limits", standard tier; how many a hub's endpoint takes is documented nowhere else. */
    static final int CAPACITY = 20;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,49}");

    private final NavigableSet<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);

    ConsumerGroups() {
        names.add(DEFAULT);
    }

    /** Creates the group unless it exists. Fails with ARGUMENT_INVALID for a name that cannot be, or beyond 20 groups. */
    public synchronized void create(String name) {
        if (names.contains(name)) {
            return;
        }
        if (!NAME.matcher(name).matches()) {
            throw new HubException(
                    HubError.ARGUMENT_INVALID, "A consumer group has 1 to 50 letters, digits, '.', '_' and '-'.");
        }
        if (names.size() >= CAPACITY) {
            throw new HubException(
                    HubError.ARGUMENT_INVALID, "The endpoint has its " + CAPACITY + " consumer groups already.");
        }
        names.add(name);
    }

    /** Whether there is such a group. */
    public synchronized boolean contains(String name) {
        return names.contains(name);
    }

    /** Removes the group; false when there was none or it is {@code $Default}. */
    public synchronized boolean delete(String name) {
        return !name.toLowerCase(Locale.ROOT).equals("$default") && names.remove(name);
    }

    /** All groups in order. */
    public synchronized Set<String> names() {
        return Set.copyOf(names);
    }
}
