package io.drover.worker.db;

import io.drover.worker.sql.Dialect;
import io.drover.worker.sql.Transactions;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.util.function.Supplier;

/**
 * An open database of a ledger, its schema in place.
 *
 * @param reads connections for what is only read
 * @param lists connections for what people look for among all devices, so that many who look keep no stage waiting
 * @param shared whether workers in other processes may work on it at the same time
 * @param closing closes connections and locks
 */
record Database(
        Pool reads, Pool lists, Transactions writes, Dialect dialect, boolean shared, Supplier<Future<Void>> closing) {}
