package io.drover.worker.sql;

/**
 * What a SELECT says to keep its rows until the transaction ends; empty where there is only one writer.
 *
 * @param waiting suffix that waits for rows other transactions hold
 * @param skipping suffix that passes over rows other transactions hold
 */
public record RowLocks(String waiting, String skipping) {
    /** One writer at a time, as with SQLite. */
    public static final RowLocks NONE = new RowLocks("", "");

    /** Many writers, as with PostgreSQL. */
    public static final RowLocks OF_ROWS = new RowLocks(" FOR UPDATE", " FOR UPDATE SKIP LOCKED");
}
