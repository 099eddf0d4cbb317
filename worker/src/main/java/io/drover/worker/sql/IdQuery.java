package io.drover.worker.sql;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A SELECT of rows of one migration by their device ids, as few statement texts as possible whatever their number. Immutable. */
public final class IdQuery {
    /** Ids that one statement takes. */
    public static final int MOST = 512;

    private static final int[] SIZES = {8, 64, MOST};

    private final Map<Integer, String> bySize = new HashMap<>();
    private final boolean arrays;

    /**
     * {@code select} with all conditions but those on migration_id and device_id, beginning with SELECT and having a WHERE.
     *
     * @param order what follows the conditions
     */
    public IdQuery(String select, String order, Dialect dialect) {
        this.arrays = dialect.arrays();
        if (arrays) {
            bySize.put(MOST, select + " AND migration_id = $1 AND device_id = ANY($2)" + order);
            return;
        }
        for (int size : SIZES) {
            String list = String.join(", ", Collections.nCopies(size, "?"));
            bySize.put(size, select + " AND migration_id = ? AND device_id IN (" + list + ")" + order);
        }
    }

    /** Rows of at most {@link #MOST} ids, at least one. */
    public Future<RowSet<Row>> execute(SqlClient client, long migrationId, List<String> ids) {
        return arrays
                ? client.preparedQuery(bySize.get(MOST))
                        .execute(Tuple.of(migrationId, (Object) ids.toArray(new String[0])))
                : listed(client, migrationId, ids);
    }

    private Future<RowSet<Row>> listed(SqlClient client, long migrationId, List<String> ids) {
        int size = MOST;
        for (int larger : SIZES) {
            if (ids.size() <= larger) {
                size = larger;
                break;
            }
        }
        List<Object> values = new ArrayList<>(size + 1);
        values.add(migrationId);
        for (int i = 0; i < size; i++) {
            values.add(ids.get(Math.min(i, ids.size() - 1)));
        }
        return client.preparedQuery(bySize.get(size)).execute(Tuple.wrap(values));
    }
}
