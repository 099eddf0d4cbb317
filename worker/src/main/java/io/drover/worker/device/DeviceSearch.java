package io.drover.worker.device;

import io.drover.worker.sql.Dialect;
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
    /** The same condition, but no index fits it; PostgreSQL knows from its statistics how many devices pass it. */
    private static final String UNINDEXED = "(%s = #{%s}) IS TRUE";
    /** The filter by an id's beginning, where filters are named by their columns. */
    private static final String SEARCH = "device_id";

    private final Pool reads;
    private final boolean names;

    /** Lists of a ledger. */
    public DeviceSearch(Pool reads, Dialect dialect) {
        this.reads = reads;
        this.names = dialect.names();
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
        return most(filter, values)
                .compose(most -> most == 0
                        ? Future.succeededFuture(List.of())
                        : names && isPart(filter)
                                ? named(filter, order, after, limit, values)
                                : searched(filter, order, after, limit, values));
    }

    private Future<List<Found>> searched(
            Filter filter, Order order, Position after, int limit, Map<String, Object> values) {
        return narrowest(filter, values).compose(narrow -> page(filter, order, after, limit, narrow, values));
    }

    /** The few whose id has the part, by their ids; where many have it, they are met soon in any order. */
    private Future<List<Found>> named(
            Filter filter, Order order, Position after, int limit, Map<String, Object> values) {
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT device_id FROM device_name WHERE migration_id = #{migration_id}"
                                + " AND strpos(device_id, #{search}) > 0 LIMIT " + (FEW + 1))
                .execute(values)
                .compose(found -> {
                    if (found.size() > FEW) {
                        return searched(filter, order, after, limit, values);
                    }
                    if (found.size() == 0) {
                        return Future.succeededFuture(List.of());
                    }
                    List<String> ids = new ArrayList<>(found.size());
                    found.forEach(row -> ids.add(row.getString(0)));
                    values.put("ids", ids.toArray(new String[0]));
                    return read(
                            "SELECT " + DeviceSql.COLUMNS
                                    + ", changed_at FROM device WHERE migration_id = #{migration_id}"
                                    + " AND device_id = ANY(#{ids})" + conditions(filter, "")
                                    + (after == null ? "" : " AND " + unindexed(beyond(order)))
                                    + " ORDER BY " + unindexed(order.sql) + " LIMIT #{limit}",
                            after,
                            limit,
                            values);
                });
    }

    private Future<List<Found>> page(
            Filter filter,
            Order order,
            Position after,
            int limit,
            Optional<String> narrow,
            Map<String, Object> values) {
        boolean sorts = order != Order.DEVICE && narrow.isPresent();
        String indexed = narrow.orElse(order == Order.DEVICE ? widest(filter) : "");
        String found = " FROM device WHERE migration_id = #{migration_id}"
                + conditions(filter, indexed) + searched(filter, order == Order.DEVICE || indexed.equals(SEARCH))
                + (order == Order.DEVICE || sorts ? "" : DeviceSql.BY_CHANGE)
                + (after == null ? "" : " AND " + (sorts ? unindexed(beyond(order)) : beyond(order)))
                + " ORDER BY " + (sorts ? unindexed(order.sql) : order.sql)
                + " LIMIT #{limit}";
        String rows = "SELECT " + DeviceSql.COLUMNS + ", changed_at";
        // A part of an id may be looked for in all of them: in an index that has all that is asked, without the rows.
        String sql = isPart(filter)
                ? rows + " FROM device WHERE migration_id = #{migration_id} AND device_id IN (SELECT device_id" + found
                        + ") ORDER BY " + order.sql
                : rows + found;
        return read(sql, after, limit, values);
    }

    private Future<List<Found>> read(String sql, Position after, int limit, Map<String, Object> values) {
        if (after != null) {
            values.put("after_at", after.changedAt());
            values.put("after", after.deviceId());
        }
        values.put("limit", limit);
        return SqlTemplate.forQuery(reads, sql).execute(values).map(page -> {
            List<Found> devices = new ArrayList<>(page.size());
            page.forEach(
                    row -> devices.add(new Found(DeviceSql.row(row), Instant.ofEpochMilli(row.getLong("changed_at")))));
            return devices;
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
        if (isPart(filter)) {
            String text = filter.search().substring(1);
            values.put("search", text);
            values.put("like", "%" + text.replaceAll("([\\\\%_])", "\\\\$1") + "%");
        } else if (isBeginning(filter)) {
            values.put("search", filter.search());
            values.put("beyond", after(filter.search()).orElse(""));
        }
        return values;
    }

    private static boolean isPart(Filter filter) {
        return filter.search() != null
                && filter.search().startsWith("*")
                && filter.search().length() > 1;
    }

    private static boolean isBeginning(Filter filter) {
        return filter.search() != null
                && !filter.search().isEmpty()
                && !filter.search().startsWith("*");
    }

    /** The first text after all that begin with this one, in the order of code points; empty when there is none. */
    static Optional<String> after(String beginning) {
        int[] points = beginning.codePoints().toArray();
        int last = points.length - 1;
        while (last >= 0 && points[last] == Character.MAX_CODE_POINT) {
            last--;
        }
        if (last < 0) {
            return Optional.empty();
        }
        // No text has a half of a pair alone.
        points[last] = points[last] + 1 == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : points[last] + 1;
        return Optional.of(new String(points, 0, last + 1));
    }

    /** How many devices can pass at most, by the counts that are kept; they have reasons of final states only. */
    private Future<Long> most(Filter filter, Map<String, Object> values) {
        if (filter.state() == null && filter.wave() == null) {
            return Future.succeededFuture(Long.MAX_VALUE);
        }
        boolean reasons = filter.reason() != null
                && filter.state() != null
                && filter.state().isFinal();
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT COALESCE(SUM(n), 0) AS n FROM device_count WHERE migration_id = #{migration_id}"
                                + (filter.state() == null ? "" : " AND state = #{state}")
                                + (filter.wave() == null ? "" : " AND wave = #{wave}")
                                + (reasons ? " AND reason = #{reason}" : ""))
                .execute(values)
                .map(rows -> rows.iterator().next().getLong("n"));
    }

    /** The first filter whose index leads to few devices; counted in it alone, no further than that. */
    private Future<Optional<String>> narrowest(Filter filter, Map<String, Object> values) {
        List<String> all = new ArrayList<>(columns(filter));
        if (isBeginning(filter)) {
            all.add(0, SEARCH);
        }
        return narrow(all, filter, values);
    }

    private Future<Optional<String>> narrow(List<String> candidates, Filter filter, Map<String, Object> values) {
        if (candidates.isEmpty()) {
            return Future.succeededFuture(Optional.empty());
        }
        String first = candidates.get(0);
        String condition =
                first.equals(SEARCH) ? searched(filter, true) : " AND " + PLAIN.formatted(first, first) + listed(first);
        return SqlTemplate.forQuery(
                        reads,
                        "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM device WHERE migration_id = #{migration_id}"
                                + condition + " LIMIT " + (FEW + 1) + ") AS few")
                .execute(values)
                .compose(rows -> rows.iterator().next().getLong("n") <= FEW
                        ? Future.succeededFuture(Optional.of(first))
                        : narrow(candidates.subList(1, candidates.size()), filter, values));
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

    private static String conditions(Filter filter, String indexed) {
        StringBuilder sql = new StringBuilder();
        for (String column : columns(filter)) {
            String form = column.equals(indexed) ? PLAIN : UNINDEXED;
            sql.append(" AND ").append(form.formatted(column, column));
        }
        return sql.append(listed(indexed)).toString();
    }

    /** The condition of the index that a filter's column has. */
    private static String listed(String column) {
        return switch (column) {
            case "state" -> DeviceSql.BY_STATE;
            case "wave" -> DeviceSql.BY_WAVE;
            default -> "";
        };
    }

    /** The condition on the id; a beginning is a range in the order of code points, in which both databases keep ids. */
    private static String searched(Filter filter, boolean indexed) {
        if (isPart(filter)) {
            // LIKE is quick, and in SQLite takes upper case for lower case; what it finds is looked at once more.
            return " AND device_id LIKE #{like} ESCAPE '\\' AND REPLACE(device_id, #{search}, '') <> device_id";
        }
        if (!isBeginning(filter)) {
            return "";
        }
        String id = indexed ? "device_id" : "device_id || ''";
        return " AND " + id + " >= #{search}"
                + (after(filter.search()).isPresent() ? " AND " + id + " < #{beyond}" : "");
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
