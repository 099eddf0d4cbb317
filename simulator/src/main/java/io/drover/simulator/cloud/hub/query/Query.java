package io.drover.simulator.cloud.hub.query;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A query in the hub's language. Immutable; made by {@link #parse}. */
public final class Query {
    private static final int MAX_GROUPS = 10_000;

    /** What the rows are. */
    public enum Source {
        DEVICES,
        MODULES,
        JOBS
    }

    /** A column: its name in the row, the value, and how groups of it are added up (null: as it is). */
    record Column(String name, Expression value, Aggregate aggregate) {}

    private final Source source;
    private final long top;
    private final List<Column> columns;
    private final Expression condition;
    private final List<Expression> groups;

    Query(Source source, long top, List<Column> columns, Expression condition, List<Expression> groups) {
        this.source = source;
        this.top = top;
        this.columns = List.copyOf(columns);
        this.condition = condition;
        this.groups = List.copyOf(groups);
    }

    /** Reads a query. Fails with a {@link QuerySyntaxException} that names the place. */
    public static Query parse(String text) {
        return new QueryParser(text).query();
    }

    /** A bare condition over devices, as jobs have it; blank or {@code *} means all. Fails with a QuerySyntaxException. */
    public static Query ofCondition(String condition) {
        boolean all = condition.isBlank() || condition.strip().equals("*");
        return parse("SELECT * FROM devices" + (all ? "" : " WHERE " + condition));
    }

    public Source source() {
        return source;
    }

    /** How many rows at most: {@code TOP}, or Long.MAX_VALUE. */
    public long top() {
        return top;
    }

    /** Whether rows are given as they are ({@code SELECT *}). */
    public boolean selectsAll() {
        return columns.isEmpty();
    }

    /** Whether rows are added up, so that the answer has one row for each group. */
    public boolean aggregates() {
        return !groups.isEmpty() || columns.stream().anyMatch(column -> column.aggregate() != null);
    }

    public boolean selects(QueryRow row) {
        return Boolean.TRUE.equals(condition.of(row));
    }

    /** The answer's row: the whole, or the chosen columns that are defined. */
    public JsonObject row(QueryRow row) {
        if (columns.isEmpty()) {
            return row.whole();
        }
        JsonObject chosen = new JsonObject();
        columns.forEach(column -> put(chosen, column.name(), column.value().of(row)));
        return chosen;
    }

    /** One row for each group, in the order in which the groups were met. Fails with a QuerySyntaxException beyond 10,000. */
    public List<JsonObject> totals(Stream<? extends QueryRow> rows) {
        Map<List<Object>, Group> found = new LinkedHashMap<>();
        if (groups.isEmpty()) {
            found.put(List.of(), new Group());
        }
        rows.filter(this::selects).forEach(row -> groupOf(row, found).add(row));
        return found.values().stream().map(Group::row).toList();
    }

    private Group groupOf(QueryRow row, Map<List<Object>, Group> found) {
        List<Object> key = new ArrayList<>();
        groups.forEach(group -> key.add(group.of(row)));
        Group group = found.computeIfAbsent(key, unseen -> new Group());
        if (found.size() > MAX_GROUPS) {
            throw new QuerySyntaxException("GROUP BY gives more than " + MAX_GROUPS + " groups.");
        }
        return group;
    }

    private static void put(JsonObject row, String name, Object value) {
        if (value != QueryRow.UNDEFINED) {
            row.put(name, value);
        }
    }

    /** The totals of one group; columns that are not added up keep the value of the group's first row. */
    private final class Group {
        private final List<Aggregate.Total> totals = new ArrayList<>();
        private QueryRow first;

        Group() {
            columns.forEach(column -> totals.add(new Aggregate.Total()));
        }

        void add(QueryRow row) {
            first = first == null ? row : first;
            for (int i = 0; i < columns.size(); i++) {
                totals.get(i).add(columns.get(i).value().of(row));
            }
        }

        JsonObject row() {
            JsonObject row = new JsonObject();
            for (int i = 0; i < columns.size(); i++) {
                Column column = columns.get(i);
                if (column.aggregate() != null) {
                    put(row, column.name(), totals.get(i).result(column.aggregate()));
                } else if (first != null) {
                    put(row, column.name(), column.value().of(first));
                }
            }
            return row;
        }
    }
}
