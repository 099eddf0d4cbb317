package io.drover.worker.cluster;

import io.drover.worker.sql.Transactions;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Who holds what in this ledger. A lease has no expiry time, so it does not depend on clocks: see {@link LeaseWatch}. */
public final class LeaseStore {
    private final Pool reads;
    private final Transactions writes;
    private final Counter lost;

    public LeaseStore(Pool reads, Transactions writes, MeterRegistry meters) {
        this.reads = reads;
        this.writes = writes;
        this.lost = Counter.builder("drover.leases.lost")
                .description("Leases of lost workers that this one took over or removed")
                .register(meters);
    }

    /** One lease as read; {@code beat} grows while the holder lives. */
    public record Lease(String name, String owner, long beat) {}

    /** All leases whose names begin so. */
    public Future<List<Lease>> all(String prefix) {
        return SqlTemplate.forQuery(
                        reads, "SELECT name, owner, beat FROM lease WHERE substr(name, 1, #{length}) = #{prefix}")
                .execute(Map.of("prefix", prefix, "length", prefix.length()))
                .map(rows -> {
                    List<Lease> leases = new ArrayList<>();
                    rows.forEach(row ->
                            leases.add(new Lease(row.getString("name"), row.getString("owner"), row.getLong("beat"))));
                    return leases;
                });
    }

    /** Takes a free lease or shows that its holder lives; false when another one has it. */
    public Future<Boolean> hold(String name, String owner) {
        return update(
                "INSERT INTO lease (name, owner, beat) VALUES (#{name}, #{owner}, 1) ON CONFLICT (name)"
                        + " DO UPDATE SET beat = lease.beat + 1 WHERE lease.owner = #{owner}",
                Map.of("name", name, "owner", owner));
    }

    /** Takes a lease over from a holder that was seen to stand still; false when it has moved since. */
    public Future<Boolean> takeOver(Lease seen, String owner) {
        return update(
                        "UPDATE lease SET owner = #{owner}, beat = beat + 1"
                                + " WHERE name = #{name} AND owner = #{was} AND beat = #{beat}",
                        Map.of("name", seen.name(), "owner", owner, "was", seen.owner(), "beat", seen.beat()))
                .onSuccess(this::count);
    }

    /** Removes a lease that is exactly as seen; false when it has moved since. */
    public Future<Boolean> remove(Lease seen) {
        return update(
                        "DELETE FROM lease WHERE name = #{name} AND owner = #{owner} AND beat = #{beat}",
                        Map.of("name", seen.name(), "owner", seen.owner(), "beat", seen.beat()))
                .onSuccess(this::count);
    }

    private void count(boolean done) {
        if (done) {
            lost.increment();
        }
    }

    /** Gives up what this owner holds under this name. */
    public Future<Void> release(String name, String owner) {
        return update(
                        "DELETE FROM lease WHERE name = #{name} AND owner = #{owner}",
                        Map.of("name", name, "owner", owner))
                .mapEmpty();
    }

    private Future<Boolean> update(String sql, Map<String, Object> parameters) {
        return writes.run(connection ->
                SqlTemplate.forUpdate(connection, sql).execute(parameters).map(result -> result.rowCount() > 0));
    }
}
