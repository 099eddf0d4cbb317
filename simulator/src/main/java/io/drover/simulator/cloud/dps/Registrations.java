package io.drover.simulator.cloud.dps;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;

/** The latest registration of each device, also by enrollment group in the order of ids, and the devices' polls. Thread-safe. */
final class Registrations {
    /** Documented for one service. */
    private static final int MAX = 1_000_000;

    private final ConcurrentHashMap<String, Registration> byId = new ConcurrentHashMap<>();
    private final Map<String, ConcurrentSkipListMap<String, Registration>> byGroup = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, PollWindow> polls = new ConcurrentHashMap<>();

    Optional<Registration> get(String registrationId) {
        return Optional.ofNullable(byId.get(Enrollments.key(registrationId)));
    }

    Page<Registration> page(String groupId, String after, int max) {
        return Page.of(byGroup.getOrDefault(Enrollments.key(groupId), new ConcurrentSkipListMap<>()), after, max);
    }

    /**
     * Replaces a registration under the lock of its id by what the change makes of it (null: there is none); null removes it.
     *
     * @throws ProvisioningException LIMIT_REACHED, or what the change throws
     */
    Registration change(String registrationId, UnaryOperator<Registration> change) {
        return byId.compute(Enrollments.key(registrationId), (key, before) -> {
            if (before == null && byId.mappingCount() >= MAX) {
                throw new ProvisioningException(
                        ProvisioningError.LIMIT_REACHED,
                        "The service has " + MAX + " registrations, the most it takes.");
            }
            Registration after = change.apply(before);
            if (!Objects.equals(after, before)) {
                unlist(key, before, after);
                list(key, after);
            }
            return after;
        });
    }

    /** Forgets what was registered with a group; the devices stay at their hubs. */
    void removeGroup(String groupId) {
        ConcurrentSkipListMap<String, Registration> gone = byGroup.remove(Enrollments.key(groupId));
        if (gone != null) {
            gone.forEach((key, registration) -> {
                if (byId.remove(key, registration)) {
                    polls.remove(key);
                }
            });
        }
    }

    /** Takes one status poll from the device's quota: empty when granted, else the seconds to wait. */
    OptionalLong tryPoll(String registrationId, int timeCompression, Instant now) {
        return polls.computeIfAbsent(Enrollments.key(registrationId), key -> new PollWindow(timeCompression))
                .tryAcquire(now);
    }

    private void unlist(String key, Registration before, Registration after) {
        if (before != null && before.groupId() != null) {
            Map<String, Registration> group = byGroup.get(Enrollments.key(before.groupId()));
            if (group != null) {
                group.remove(key);
            }
        }
        if (after == null) {
            polls.remove(key);
        }
    }

    private void list(String key, Registration after) {
        if (after != null && after.groupId() != null) {
            byGroup.computeIfAbsent(Enrollments.key(after.groupId()), id -> new ConcurrentSkipListMap<>())
                    .put(key, after);
        }
    }
}
