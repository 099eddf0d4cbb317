package io.drover.worker.sql;

/**
 * In what a ledger's databases differ, for those who write statements; its locks are empty where there is only one writer.
 *
 * @param waiting suffix of a SELECT that keeps its rows until the transaction ends, and waits for rows other transactions hold
 * @param skipping suffix that passes over rows other transactions hold
 * @param arrays whether the database takes arrays, so that one statement writes many rows; a statement a row is as quick
 *     where it takes no trip to a server
 * @param names whether devices' ids stand in a table of their own too, in which a part of an id is found sooner
 */
public record Dialect(String waiting, String skipping, boolean arrays, boolean names) {
    /** One writer at a time. */
    public static final Dialect SQLITE = new Dialect("", "", false, false);

    /** Many writers. */
    public static final Dialect POSTGRES = new Dialect(" FOR UPDATE", " FOR UPDATE SKIP LOCKED", true, true);
}
