package io.drover.worker.sql;

import io.vertx.core.VertxException;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.DatabaseException;
import java.io.IOException;
import java.sql.SQLException;

/** What a failed statement says about trying again. */
public final class SqlFailure {
    private static final int SQLITE_BUSY = 5;
    private static final int SQLITE_LOCKED = 6;

    private SqlFailure() {}

    /** True when the database undid the transaction for another one's sake: the same work may succeed at once. */
    public static boolean isTurnedBack(Throwable failure) {
        String state = state(failure);
        return state.equals("40001") || state.equals("40P01") || state.equals("55P03");
    }

    /** True when the database is away or busy for now: the same work may succeed later. */
    public static boolean isPassing(Throwable failure) {
        if (isTurnedBack(failure)) {
            return true;
        }
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof ClosedConnectionException
                    || each instanceof IOException
                    || (each instanceof SQLException sql && isBusy(sql))
                    || (each instanceof VertxException && !(each instanceof DatabaseException))) {
                return true;
            }
        }
        String state = state(failure);
        // Connection failures, lack of resources, and a server that shuts down or starts.
        return state.startsWith("08") || state.startsWith("53") || state.startsWith("57");
    }

    private static boolean isBusy(SQLException failure) {
        int code = failure.getErrorCode() & 0xff;
        return failure.getClass().getName().startsWith("org.sqlite.") && (code == SQLITE_BUSY || code == SQLITE_LOCKED);
    }

    private static String state(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof DatabaseException database && database.getSqlState() != null) {
                return database.getSqlState();
            }
        }
        return "";
    }
}
