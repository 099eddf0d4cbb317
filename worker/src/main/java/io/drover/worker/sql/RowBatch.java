package io.drover.worker.sql;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.SqlResult;
import io.vertx.sqlclient.Tuple;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A statement that is carried out for many rows at once: one execution for each in SQLite, which costs no trip; one for
 * all of them over arrays in PostgreSQL. Immutable.
 *
 * @param <T> what a row is made of
 */
public final class RowBatch<T> {
    /** The databases' types that rows have. */
    public enum Type {
        TEXT("text", String.class),
        BIGINT("bigint", Long.class),
        INTEGER("integer", Integer.class);

        private final String sql;
        private final Class<?> java;

        Type(String sql, Class<?> java) {
            this.sql = sql;
            this.java = java;
        }
    }

    /** A column, and what it gets of a row: a String, Long or Integer, or null. */
    public record Column<T>(String name, Type type, Function<T, ?> value) {}

    private final List<Column<T>> columns;
    private final String each;
    private final String all;

    private RowBatch(List<Column<T>> columns, String each, String all) {
        this.columns = List.copyOf(columns);
        this.each = each;
        this.all = all;
    }

    /** Adds rows; {@code conflict} is what is said of rows that are there already. */
    public static <T> RowBatch<T> insert(String table, List<Column<T>> columns, String conflict) {
        String into = "INSERT INTO " + table + " (" + names(columns) + ")";
        return new RowBatch<>(
                columns,
                into + " VALUES (" + columns.stream().map(column -> "?").collect(Collectors.joining(", ")) + ")"
                        + conflict,
                into + " SELECT " + names(columns) + " FROM " + arrays(columns) + conflict);
    }

    /**
     * Changes the rows that have these keys.
     *
     * @param also a change that is the same for each row
     */
    public static <T> RowBatch<T> update(String table, List<Column<T>> columns, String also, List<Column<T>> keys) {
        List<Column<T>> both = Stream.concat(columns.stream(), keys.stream()).toList();
        String changes = columns.stream().map(column -> column.name() + " = ?").collect(Collectors.joining(", "));
        String key = keys.stream().map(column -> column.name() + " = ?").collect(Collectors.joining(" AND "));
        String allChanges = columns.stream()
                .map(column -> column.name() + " = v." + column.name())
                .collect(Collectors.joining(", "));
        String allKeys = keys.stream()
                .map(column -> table + "." + column.name() + " = v." + column.name())
                .collect(Collectors.joining(" AND "));
        return new RowBatch<>(
                both,
                "UPDATE " + table + " SET " + changes + ", " + also + " WHERE " + key,
                "UPDATE " + table + " SET " + allChanges + ", " + also + " FROM " + arrays(both) + " WHERE " + allKeys);
    }

    private static <T> String names(List<Column<T>> columns) {
        return columns.stream().map(Column::name).collect(Collectors.joining(", "));
    }

    private static <T> String arrays(List<Column<T>> columns) {
        return IntStream.range(0, columns.size())
                .mapToObj(i -> "$" + (i + 1) + "::" + columns.get(i).type().sql + "[]")
                .collect(Collectors.joining(", ", "unnest(", ") AS v (" + names(columns) + ")"));
    }

    /** Completes with how many rows were written. */
    public Future<Integer> write(SqlConnection connection, Dialect dialect, List<T> rows) {
        if (rows.isEmpty()) {
            return Future.succeededFuture(0);
        }
        return dialect.arrays()
                ? connection.preparedQuery(all).execute(arraysOf(rows)).map(SqlResult::rowCount)
                : connection
                        .preparedQuery(each)
                        .executeBatch(rows.stream().map(this::valuesOf).toList())
                        .map(RowBatch::count);
    }

    private Tuple valuesOf(T row) {
        List<Object> values = new ArrayList<>(columns.size());
        for (Column<T> column : columns) {
            values.add(column.value().apply(row));
        }
        return Tuple.wrap(values);
    }

    private Tuple arraysOf(List<T> rows) {
        List<Object> values = new ArrayList<>(columns.size());
        for (Column<T> column : columns) {
            Object[] array = (Object[]) Array.newInstance(column.type().java, rows.size());
            for (int i = 0; i < array.length; i++) {
                array[i] = column.value().apply(rows.get(i));
            }
            values.add(array);
        }
        return Tuple.wrap(values);
    }

    /** Over JDBC a batch answers with a row for each entry that has its count; what it calls its own count are the entries. */
    private static int count(RowSet<Row> entries) {
        int count = 0;
        for (Row entry : entries) {
            count += entry.getInteger(0);
        }
        return count;
    }
}
