package io.drover.simulator.cloud.dps;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** The enrollment groups of one service and the registrations made with each, both in the order of ids. Thread-safe. */
final class EnrollmentGroups {
    private final ConcurrentNavigableMap<String, Entry> entries = new ConcurrentSkipListMap<>();

    /** One group and the registrations made with its keys. */
    private record Entry(EnrollmentGroup group, ConcurrentNavigableMap<String, Registration> registrations) {}

    static String key(String id) {
        return id.toLowerCase(Locale.ROOT);
    }

    Optional<EnrollmentGroup> get(String id) {
        return Optional.ofNullable(entries.get(key(id))).map(Entry::group);
    }

    List<EnrollmentGroup> all() {
        return entries.values().stream().map(Entry::group).toList();
    }

    /** Puts what {@code change} makes of the group there is, or of null. */
    EnrollmentGroup compute(String id, java.util.function.UnaryOperator<EnrollmentGroup> change) {
        synchronized (entries) {
            Entry before = entries.get(key(id));
            EnrollmentGroup after = change.apply(before == null ? null : before.group());
            entries.put(
                    key(id), new Entry(after, before == null ? new ConcurrentSkipListMap<>() : before.registrations()));
            return after;
        }
    }

    /** Removes the group after {@code check} let it pass; gives the registrations that go with it. */
    List<Registration> remove(String id, java.util.function.Consumer<EnrollmentGroup> check) {
        synchronized (entries) {
            Entry before = entries.get(key(id));
            check.accept(before == null ? null : before.group());
            if (before == null) {
                return List.of();
            }
            entries.remove(key(id));
            return List.copyOf(before.registrations().values());
        }
    }

    Page<EnrollmentGroup> page(String after, int max) {
        Page<Entry> page = page(entries, after, max);
        return new Page<>(page.items().stream().map(Entry::group).toList(), page.continuation());
    }

    Optional<Page<Registration>> registrations(String id, String after, int max) {
        return Optional.ofNullable(entries.get(key(id))).map(entry -> page(entry.registrations(), after, max));
    }

    void add(Registration registration) {
        Entry entry = entries.get(key(registration.groupId()));
        if (entry != null) {
            entry.registrations().put(key(registration.registrationId()), registration);
        }
    }

    void forget(Registration registration) {
        Entry entry = entries.get(key(registration.groupId()));
        if (entry != null) {
            entry.registrations().remove(key(registration.registrationId()));
        }
    }

    /** Entries strictly after the key {@code after} (null = from the start). */
    private static <T> Page<T> page(ConcurrentNavigableMap<String, T> map, String after, int max) {
        List<Map.Entry<String, T>> found = (after == null ? map : map.tailMap(after, false))
                .entrySet().stream().limit(max + 1L).toList();
        boolean more = found.size() > max;
        List<Map.Entry<String, T>> shown = more ? found.subList(0, max) : found;
        return new Page<>(
                shown.stream().map(Map.Entry::getValue).toList(),
                more ? shown.get(shown.size() - 1).getKey() : null);
    }
}
