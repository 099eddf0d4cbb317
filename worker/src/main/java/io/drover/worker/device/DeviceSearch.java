package io.drover.worker.device;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Lists of devices by filter, a page at a time from a position that stays good while devices change. Which index is
 * used is decided here, as SQLite keeps no statistics: the filter that fewest devices pass, or the order asked for when all
 * are passed by many. Safe from any context.
 */
public final class DeviceSearch {
    /** So many rows are sorted faster than the index of changes is searched for them. */
    private static final int FEW = 2_000;

    private static final String PLAIN = "%s = #{%s}";
    /** The same condition, but no index fits it. */
    private static final String UNINDEXED_TEXT = "%s || '' = #{%s}";

    private static final String UNINDEXED_NUMBER = "%s + 0 = #{%s}";

    private final Pool reads;

    public DeviceSearch(Pool reads) {
        this.reads = reads;
    }

    /** Which devices; a null part stands for any. {@code search} is the id's beginning, or after a * a part of it. */
    public record Filter(DeviceState state, FailureReason reason, Integer wave, String search) {}

    /** In which order. */
    public enum Order {
        DEVICE("device_id"),
        CHANGED("changed_at, device_id"),
        LAST_CHANGED("changed_at DESC, device_id DESC");

        private final String sql;

        Order(String sql) {
            this.sql = sql;
        }
    }

    /** Where a page ended; {@code changedAt} is in epoch milliseconds. */
    public record Position(long changedAt, String deviceId) {}

    /** A device and when the ledger last changed it. */
    public record Found(DeviceRow row, Instant changedAt) {
        /** Where a page that ends with it goes on. */
        public Position position() {
            return new Position(changedAt.toEpochMilli(), row.deviceId());
        }
    }

    /** The next devices after a position, which is null for the first page. */
    public Future<List<Found>> page(long migrationId, Filter filter, Order order, Position after, int limit) {
        Map<String, Object> values = values(migrationId, filter);
        return narrowest(filter, values).compose(narrow -> {
            boolean sorts = order != Order.DEVICE && narrow.isPresent();
            String sql = "SELECT " + DeviceSql.COLUMNS + ", changed_at FROM device WHERE migration_id = #{migration_id}"
                    + conditions(filter, narrow.orElse(order == Order.DEVICE ? widest(filter) : ""), true)
                    + (after == null ? "" : " AND " + (sorts ? unindexed(beyond(order)) : beyond(order)))
                    + " ORDER BY " + (sorts ? unindexed(order.sql) : order.sql)
                    + " LIMIT #{limit}";
            if (after != null) {
                values.put("after_at", after.changedAt());
                values.put("after", after.deviceId());
            }
            values.put("limit", limit);
            return SqlTemplate.forQuery(reads, sql).execute(values).map(rows -> {
                List<Found> found = new ArrayList<>(rows.size());
                rows.forEach(row ->
                        found.add(new Found(DeviceSql.row(row), Instant.ofEpochMilli(row.getLong("changed_at")))));
                return found;
            });
        });
    }

    /** One device and when it last changed. */
    public Future<Optional<Found>> find(DeviceKey key) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT " + DeviceSql.COLUMNS + ", changed_at FROM device WHERE migration_id = #{migration_id}"
                                + " AND device_id = #{device_id}")
                .execute(Map.of("migration_id", key.migrationId(), "device_id", key.deviceId()))
                .map(rows -> {
                    for (Row row : rows) {
                        return Optional.of(
                                new Found(DeviceSql.row(row), Instant.ofEpochMilli(row.getLong("changed_at"))));
                    }
                    return Optional.empty();
                });
    }

    private static Map<String, Object> values(long migrationId, Filter filter) {
        Map<String, Object> values = new HashMap<>();
        values.put("migration_id", migrationId);
        if (filter.state() != null) {
            values.put("state", filter.state().name());
        }
        if (filter.reason() != null) {
            values.put("reason", filter.reason().name());
        }
        if (filter.wave() != null) {
            values.put("wave", filter.wave());
        }
        if (filter.search() != null && !filter.search().isEmpty()) {
            boolean anywhere = filter.search().startsWith("*");
            String text = anywhere ? filter.search().substring(1) : filter.search();
            values.put("search", text);
            values.put("like", (anywhere ? "%" : "") + text.replaceAll("([\\\\%_])", "\\\\$1") + "%");
            if (!anywhere) {
                values.put(
                        "length",
                        filter.search().codePointCount(0, filter.search().length()));
            }
        }
        return values;
    }

    /** The filter whose index leads to the devices that pass all filters, when these are few; counted in it alone, no further than that. */
    private Future<Optional<String>> narrowest(Filter filter, Map<String, Object> values) {
        Optional<String> first = columns(filter).stream().findFirst();
        return first.map(column -> SqlTemplate.forQuery(
                                reads,
                                "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM device WHERE migration_id ="
                                        + " #{migration_id}" + conditions(filter, column, false) + " LIMIT "
                                        + (FEW + 1) + ") AS few")
                        .execute(values)
                        .map(rows ->
                                first.filter(found -> rows.iterator().next().getLong("n") <= FEW)))
                .orElseGet(() -> Future.succeededFuture(Optional.empty()));
    }

    private static List<String> columns(Filter filter) {
        List<String> columns = new ArrayList<>();
        if (filter.reason() != null) {
            columns.add("reason");
        }
        if (filter.state() != null) {
            columns.add("state");
        }
        if (filter.wave() != null) {
            columns.add("wave");
        }
        return columns;
    }

    /** Any filter's index gives the order of ids as well; reasons are the rarest. */
    private static String widest(Filter filter) {
        return columns(filter).stream().findFirst().orElse("");
    }

    private static String conditions(Filter filter, String indexed, boolean searching) {
        StringBuilder sql = new StringBuilder();
        for (String column : columns(filter)) {
            String form = column.equals(indexed) ? PLAIN : column.equals("wave") ? UNINDEXED_NUMBER : UNINDEXED_TEXT;
            sql.append(" AND ").append(form.formatted(column, column));
        }
        boolean searched = searching
                && filter.search() != null
                && !filter.search().isEmpty()
                && !filter.search().equals("*");
        if (searched) {
            // LIKE is quick, and in SQLite takes upper case for lower case; what it finds is looked at once more.
            sql.append(
                    filter.search().startsWith("*")
                            ? " AND device_id LIKE #{like} ESCAPE '\\' AND REPLACE(device_id, #{search}, '') <> device_id"
                            : " AND device_id >= #{search} AND device_id LIKE #{like} ESCAPE '\\'"
                                    + " AND SUBSTR(device_id, 1, #{length}) = #{search}");
        }
        return sql.toString();
    }

    private static String unindexed(String sql) {
        return sql.replaceAll("\\bchanged_at\\b", "changed_at + 0");
    }

    private static String beyond(Order order) {
        return switch (order) {
            case DEVICE -> "device_id > #{after}";
            case CHANGED ->
                "(changed_at > #{after_at} OR (changed_at = #{after_at} AND device_id > #{after}))"
                        + " AND changed_at >= #{after_at}";
            case LAST_CHANGED ->
                "(changed_at < #{after_at} OR (changed_at = #{after_at} AND device_id < #{after}))"
                        + " AND changed_at <= #{after_at}";
        };
    }
}
