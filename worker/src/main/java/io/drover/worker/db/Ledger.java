package io.drover.worker.db;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.cluster.LeaseStore;
import io.drover.worker.cluster.PaceStore;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.OwnedStore;
import io.drover.worker.device.SourceChecks;
import io.drover.worker.migration.AuditStore;
import io.drover.worker.migration.JobStore;
import io.drover.worker.migration.MigrationControl;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.TelemetryPositionStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;

/** The open ledger: an SQLite file, or a PostgreSQL database that several workers share. */
public final class Ledger {
    private final Database database;
    private final MigrationStore migrations;
    private final DeviceStore devices;
    private final AuditStore audit;
    private final MigrationControl control;
    private final LeaseStore leases;
    private final PaceStore paces;
    private final TelemetryPositionStore telemetryPositions;
    private final JobStore jobs;
    private final SourceChecks sourceChecks;
    private final OwnedStore owned;

    private Ledger(Vertx vertx, Database database, MovePolicy policy, MeterRegistry meters, Clock clock) {
        this.database = database;
        this.audit = new AuditStore(database.reads(), database.writes(), database.locks(), clock);
        this.migrations = new MigrationStore(database.reads(), database.writes(), audit, clock);
        this.devices =
                new DeviceStore(vertx, database.reads(), database.writes(), database.locks(), policy, meters, clock);
        this.control = new MigrationControl(migrations, devices, audit, clock);
        this.leases = new LeaseStore(database.reads(), database.writes(), meters);
        this.paces = new PaceStore(database.reads(), database.writes(), database.locks(), clock);
        this.telemetryPositions = new TelemetryPositionStore(database.reads(), database.writes());
        this.sourceChecks = new SourceChecks(database.reads(), database.writes());
        this.owned = new OwnedStore(database.reads(), database.writes());
        this.jobs = new JobStore(database.reads(), database.writes(), audit, clock);
    }

    /**
     * Brings the schema up to date and opens; fails with {@link LedgerException}, also when another apply holds a ledger
     * that only one can use.
     */
    public static Future<Ledger> open(
            Vertx vertx, LedgerAddress address, MovePolicy policy, MeterRegistry meters, Clock clock) {
        return open(vertx, address, true, meters).map(database -> new Ledger(vertx, database, policy, meters, clock));
    }

    /** Opens an existing ledger as it is, for all that works beside a running apply. */
    public static Future<Ledger> openBeside(
            Vertx vertx, LedgerAddress address, MovePolicy policy, MeterRegistry meters, Clock clock) {
        return open(vertx, address, false, meters).map(database -> new Ledger(vertx, database, policy, meters, clock));
    }

    private static Future<Database> open(Vertx vertx, LedgerAddress address, boolean apply, MeterRegistry meters) {
        if (address.url().startsWith(SqliteDatabase.PREFIX)) {
            return SqliteDatabase.open(vertx, address.url(), apply, meters);
        }
        if (address.url().startsWith(PostgresUrl.PREFIX)) {
            return PostgresDatabase.open(vertx, address, apply, meters);
        }
        return Future.failedFuture(new LedgerException("ledger.url must begin with " + SqliteDatabase.PREFIX
                + " followed by a file path, or with " + PostgresUrl.PREFIX + " followed by host and database."));
    }

    public MigrationStore migrations() {
        return migrations;
    }

    public DeviceStore devices() {
        return devices;
    }

    public AuditStore audit() {
        return audit;
    }

    /** An operator's verbs on this ledger. */
    public MigrationControl control() {
        return control;
    }

    /** Who works on this ledger. */
    public LeaseStore leases() {
        return leases;
    }

    /** Limits that all workers of this ledger keep together. */
    public PaceStore paces() {
        return paces;
    }

    /** IoT Central jobs of this ledger's migrations. */
    public JobStore jobs() {
        return jobs;
    }

    /** Which moved devices are alive at the source too. */
    public SourceChecks sourceChecks() {
        return sourceChecks;
    }

    /** What was found of what devices own. */
    public OwnedStore owned() {
        return owned;
    }

    /** How far the target's telemetry is in this ledger. */
    public TelemetryPositionStore telemetryPositions() {
        return telemetryPositions;
    }

    /** True when workers in other processes may work on this ledger at the same time. */
    public boolean isShared() {
        return database.shared();
    }

    /** Completes when a read works; for the readiness probe. */
    public Future<Void> ping() {
        return database.reads().query("SELECT 1").execute().mapEmpty();
    }

    /** Closes the connections and frees the lock. */
    public Future<Void> close() {
        return database.closing().get();
    }
}
