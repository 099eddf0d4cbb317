package io.drover.worker.migration;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.templates.SqlTemplate;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/** The ledger's migrations; a migration is known by its name. */
public final class MigrationStore {
    private final Pool reads;
    private final Pool writes;
    private final Clock clock;

    public MigrationStore(Pool reads, Pool writes, Clock clock) {
        this.reads = reads;
        this.writes = writes;
        this.clock = clock;
    }

    /**
     * The migration of this name, created when new. Fails with IllegalArgumentException when the name stands for
     * another source or target: continuing would mix two migrations in one ledger.
     */
    public Future<Migration> createOrGet(
            String name, String application, String group, String provisioningService, String verification) {
        Map<String, Object> values = Map.of(
                "name", name,
                "application", application,
                "device_group", group,
                "target", provisioningService,
                "verification", verification,
                "created_at", clock.instant().toEpochMilli());
        return writes.withTransaction(connection -> SqlTemplate.forUpdate(
                                connection,
                                "INSERT INTO migration (id, name, source_application, source_group,"
                                        + " target_provisioning_service, verification, created_at)"
                                        + " SELECT COALESCE(MAX(id), 0) + 1, #{name}, #{application}, #{device_group},"
                                        + " #{target}, #{verification}, #{created_at} FROM migration WHERE TRUE"
                                        + " ON CONFLICT (name) DO NOTHING")
                        .execute(values))
                .compose(done -> find(name))
                .compose(found -> found.filter(
                                migration -> migration.sourceApplication().equals(application)
                                        && migration.sourceGroup().equals(group)
                                        && migration.targetProvisioningService().equals(provisioningService)
                                        && migration.verification().equals(verification))
                        .map(Future::succeededFuture)
                        .orElseGet(() -> Future.failedFuture(new IllegalArgumentException("The ledger's migration '"
                                + name + "' has another source, target or verification than the configuration."
                                + " Choose another migration.name, or correct the configuration."))));
    }

    public Future<Optional<Migration>> find(String name) {
        return SqlTemplate.forQuery(reads, "SELECT * FROM migration WHERE name = #{name}")
                .execute(Map.of("name", name))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(migration(rows.iterator().next())));
    }

    /** Says that discovery is complete: an empty migration is only finished after this. */
    public Future<Void> discovered(long id) {
        return stamp(id, "discovered_at");
    }

    public Future<Void> finished(long id) {
        return stamp(id, "finished_at");
    }

    private Future<Void> stamp(long id, String column) {
        return SqlTemplate.forUpdate(writes, "UPDATE migration SET " + column + " = #{at} WHERE id = #{id}")
                .execute(Map.of("id", id, "at", clock.instant().toEpochMilli()))
                .mapEmpty();
    }

    private static Migration migration(Row row) {
        return new Migration(
                row.getLong("id"),
                row.getString("name"),
                row.getString("source_application"),
                row.getString("source_group"),
                row.getString("target_provisioning_service"),
                row.getString("verification"),
                instant(row.getLong("created_at")),
                instant(row.getLong("discovered_at")),
                instant(row.getLong("finished_at")));
    }

    private static Instant instant(Long millis) {
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }
}
