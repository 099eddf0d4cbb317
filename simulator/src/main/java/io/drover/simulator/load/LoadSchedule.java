package io.drover.simulator.load;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;

/**
 * How far a schedule has come, as one look at it shows.
 *
 * @param startedAt what intended starts are counted from; null before the load has begun
 * @param operations of the whole schedule
 * @param due meant to have begun by now
 * @param started have begun
 * @param overdue meant to have begun longer ago than the limit of lag, and have not
 * @param lagLimit how late the latest of a hundred may begin
 */
public record LoadSchedule(
        Instant startedAt, long operations, long due, long started, long overdue, Duration lagLimit) {
    /** The usual limit of lag. */
    public static final Duration LAG_LIMIT = Duration.ofMillis(250);

    /** Whether it has begun. */
    public boolean hasBegun() {
        return startedAt != null;
    }

    /** Both as one: the earliest beginning, the sum of the counts, the stricter limit. */
    LoadSchedule plus(LoadSchedule other) {
        return new LoadSchedule(
                earliest(startedAt, other.startedAt),
                operations + other.operations,
                due + other.due,
                started + other.started,
                overdue + other.overdue,
                lagLimit.compareTo(other.lagLimit) <= 0 ? lagLimit : other.lagLimit);
    }

    private static Instant earliest(Instant one, Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) ? one : other;
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("startedAt", startedAt == null ? null : startedAt.toString())
                .put("operations", operations)
                .put("due", due)
                .put("started", started)
                .put("overdue", overdue)
                .put("lagLimitMillis", lagLimit.toMillis());
    }

    static LoadSchedule fromJson(JsonObject json) {
        String began = json.getString("startedAt");
        return new LoadSchedule(
                began == null ? null : Instant.parse(began),
                json.getLong("operations"),
                json.getLong("due"),
                json.getLong("started"),
                json.getLong("overdue"),
                Duration.ofMillis(json.getLong("lagLimitMillis")));
    }
}
