package io.drover.worker.sql;

/**
 * What a statement says where several may write at once; empty where there is only one writer.
 *
 * @param waiting suffix of a SELECT that keeps its rows until the transaction ends, and waits for rows other transactions hold
 * @param skipping suffix that passes over rows other transactions hold
 * @param arrays whether the database takes arrays, so that one statement writes many rows; a statement a row is as quick
 *     where it takes no trip to a server
 */
public record RowLocks(String waiting, String skipping, boolean arrays) {
    /** One writer at a time, as with SQLite. */
    public static final RowLocks NONE = new RowLocks("", "", false);

    /** Many writers, as with PostgreSQL. */
    public static final RowLocks OF_ROWS = new RowLocks(" FOR UPDATE", " FOR UPDATE SKIP LOCKED", true);
}
