package io.drover.simulator.cloud.dps;

import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;

/** The enrollments of one kind in one service, in the order of ids. Thread-safe. */
final class Enrollments<E extends Enrollment<E>> {
    private final ConcurrentNavigableMap<String, E> entries = new ConcurrentSkipListMap<>();
    /** Kept beside the map, which counts by walking through all of itself. */
    private int size;

    private final Clock clock;
    private final OpaqueIds ids;
    private final BiConsumer<E, Enrollments<E>> limit;

    /** @param limit throws when the service may not have one more, given the new one and those there are */
    Enrollments(Clock clock, OpaqueIds ids, BiConsumer<E, Enrollments<E>> limit) {
        this.clock = clock;
        this.ids = ids;
        this.limit = limit;
    }

    /** How ids are compared. */
    static String key(String id) {
        return id.toLowerCase(Locale.ROOT);
    }

    Optional<E> get(String id) {
        return Optional.ofNullable(entries.get(key(id)));
    }

    /** Live, in the order of ids. */
    Iterable<E> all() {
        return entries.values();
    }

    Page<E> page(String after, int max) {
        return Page.of(entries, after, max);
    }

    /**
     * Creates or updates.
     *
     * @param ifMatch null creates, an etag or {@code *} updates
     * @throws ProvisioningException ENROLLMENT_EXISTS, ENROLLMENT_NOT_FOUND, ETAG_MISMATCH or LIMIT_REACHED
     */
    synchronized E put(E enrollment, String ifMatch) {
        E before = entries.get(key(enrollment.id()));
        if (ifMatch != null) {
            requireMatch(before, ifMatch);
        } else if (before != null) {
            throw new ProvisioningException(ProvisioningError.ENROLLMENT_EXISTS);
        } else {
            limit.accept(enrollment, this);
        }
        Instant now = clock.instant();
        E stored = enrollment.stored(before == null ? now : before.created(), now, ids.etag());
        entries.put(key(stored.id()), stored);
        size += before == null ? 1 : 0;
        return stored;
    }

    /**
     * Removes and answers what was there.
     *
     * @param ifMatch null removes whatever the etag is
     * @throws ProvisioningException ENROLLMENT_NOT_FOUND or ETAG_MISMATCH
     */
    synchronized E remove(String id, String ifMatch) {
        E before = entries.get(key(id));
        requireMatch(before, ifMatch == null ? "*" : ifMatch);
        entries.remove(key(id));
        size--;
        return before;
    }

    synchronized int size() {
        return size;
    }

    private static void requireMatch(Enrollment<?> before, String ifMatch) {
        if (before == null) {
            throw new ProvisioningException(ProvisioningError.ENROLLMENT_NOT_FOUND);
        }
        requireMatch(before.etag(), ifMatch);
    }

    /** Throws ETAG_MISMATCH unless the header names this etag, with or without quotes, or any. */
    static void requireMatch(String etag, String ifMatch) {
        String bare = ifMatch.replace("\"", "");
        if (!bare.equals("*") && !bare.equals(etag)) {
            throw new ProvisioningException(ProvisioningError.ETAG_MISMATCH);
        }
    }
}
