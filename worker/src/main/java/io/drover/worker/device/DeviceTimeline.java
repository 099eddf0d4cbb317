package io.drover.worker.device;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What happened when: to one device, and to all of a migration. Safe from any context. */
public final class DeviceTimeline {
    private static final Duration LATELY = Duration.ofSeconds(10);
    private static final Duration LONGER = Duration.ofSeconds(60);

    private final Pool reads;

    public DeviceTimeline(Pool reads) {
        this.reads = reads;
    }

    /** One line of a device's history. */
    public record Event(Instant at, int attempt, String from, String to, String event, String detail) {}

    /** Devices that ended within a span of time that begins then. */
    public record Bucket(Instant at, long arrived, long failed) {}

    /** Devices that became final per second, in the last ten seconds and in the last minute. */
    public record Rates(double lately, double longer) {}

    /** A device's history, the oldest first; at most so many, the newest of them. */
    public Future<List<Event>> history(DeviceKey key, int limit) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT at, attempt, from_state, to_state, event, detail FROM device_history"
                                + " WHERE migration_id = #{migration_id} AND device_id = #{device_id}"
                                + " ORDER BY at DESC, attempt DESC LIMIT #{limit}")
                .execute(Map.of("migration_id", key.migrationId(), "device_id", key.deviceId(), "limit", limit))
                .map(rows -> {
                    List<Event> events = new ArrayList<>();
                    rows.forEach(row -> events.add(
                            0,
                            new Event(
                                    Instant.ofEpochMilli(row.getLong("at")),
                                    row.getInteger("attempt"),
                                    row.getString("from_state"),
                                    row.getString("to_state"),
                                    row.getString("event"),
                                    row.getString("detail"))));
                    return events;
                });
    }

    /** When the first and the last device arrived or failed; empty while none has. */
    public Future<List<Instant>> span(long migrationId) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT MIN(finished_at) AS low, MAX(finished_at) AS high FROM device WHERE migration_id ="
                                + " #{migration_id} AND finished_at IS NOT NULL")
                .execute(Map.of("migration_id", migrationId))
                .map(rows -> {
                    Long low = rows.iterator().next().getLong("low");
                    return low == null
                            ? List.of()
                            : List.of(
                                    Instant.ofEpochMilli(low),
                                    Instant.ofEpochMilli(rows.iterator().next().getLong("high")));
                });
    }

    /** Devices that ended from then on, in spans of this length; spans without any are left out. */
    public Future<List<Bucket>> ends(long migrationId, Instant from, Duration span) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT finished_at / #{span} AS bucket,"
                                + " SUM(CASE WHEN state = 'MIGRATED' THEN 1 ELSE 0 END) AS arrived,"
                                + " SUM(CASE WHEN state = 'FAILED' THEN 1 ELSE 0 END) AS failed FROM device"
                                + " WHERE migration_id = #{migration_id} AND finished_at IS NOT NULL"
                                + " AND finished_at >= #{begin} GROUP BY bucket ORDER BY bucket")
                .execute(Map.of("migration_id", migrationId, "begin", from.toEpochMilli(), "span", span.toMillis()))
                .map(rows -> {
                    List<Bucket> buckets = new ArrayList<>();
                    rows.forEach(row -> buckets.add(new Bucket(
                            Instant.ofEpochMilli(row.getLong("bucket") * span.toMillis()),
                            row.getLong("arrived"),
                            row.getLong("failed"))));
                    return buckets;
                });
    }

    /** How fast devices become final; {@code since} is when the migration first ran. */
    public Future<Rates> rates(long migrationId, Instant since, Instant now) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT COUNT(*) AS longer, COALESCE(SUM(CASE WHEN finished_at > #{lately} THEN 1 ELSE 0 END), 0)"
                                + " AS lately FROM device WHERE migration_id = #{migration_id} AND finished_at IS NOT NULL"
                                + " AND finished_at > #{longer}")
                .execute(Map.of(
                        "migration_id",
                        migrationId,
                        "lately",
                        now.minus(LATELY).toEpochMilli(),
                        "longer",
                        now.minus(LONGER).toEpochMilli()))
                .map(rows -> {
                    var row = rows.iterator().next();
                    return new Rates(
                            row.getLong("lately") / seconds(since, now, LATELY),
                            row.getLong("longer") / seconds(since, now, LONGER));
                });
    }

    /** A migration that began within the span counts from its begin. */
    private static double seconds(Instant since, Instant now, Duration span) {
        Duration age = Duration.between(since, now);
        Duration counted = age.compareTo(span) < 0 ? age : span;
        return Math.max(1, counted.toMillis() / 1000.0);
    }
}
