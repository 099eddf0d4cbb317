package io.drover.worker.db;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.cluster.LeaseStore;
import io.drover.worker.cluster.PaceStore;
import io.drover.worker.device.DeviceMeter;
import io.drover.worker.device.DeviceSearch;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.DeviceTimeline;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.OwnedStore;
import io.drover.worker.device.SourceChecks;
import io.drover.worker.migration.AuditStore;
import io.drover.worker.migration.CleanupStore;
import io.drover.worker.migration.DefinitionStore;
import io.drover.worker.migration.JobStore;
import io.drover.worker.migration.MigrationControl;
import io.drover.worker.migration.MigrationSearch;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.PlanStore;
import io.drover.worker.migration.TelemetryPositionStore;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.function.Function;

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
    private final DefinitionStore definitions;
    private final PlanStore plans;
    private final CleanupStore cleanups;
    private final AnswerStore answers;
    private final MigrationSearch search;
    private final DeviceSearch deviceSearch;
    private final DeviceTimeline timeline;
    private final Function<MovePolicy, Ledger> other;

    private Ledger(
            Vertx vertx, Database database, MovePolicy policy, DeviceMeter meter, MeterRegistry meters, Clock clock) {
        this.database = database;
        this.other = different -> new Ledger(vertx, database, different, meter, meters, clock);
        this.audit = new AuditStore(database.reads(), database.writes(), database.dialect(), clock);
        this.migrations = new MigrationStore(database.reads(), database.writes(), audit, clock);
        this.devices =
                new DeviceStore(vertx, database.reads(), database.writes(), database.dialect(), policy, meter, clock);
        this.control = new MigrationControl(migrations, devices, audit, clock);
        this.leases = new LeaseStore(database.reads(), database.writes(), meters);
        this.paces = new PaceStore(database.reads(), database.writes(), database.dialect(), clock);
        this.telemetryPositions = new TelemetryPositionStore(database.reads(), database.writes());
        this.sourceChecks = new SourceChecks(database.reads(), database.writes());
        this.owned = new OwnedStore(database.reads(), database.writes());
        this.jobs = new JobStore(database.reads(), database.writes(), audit, clock);
        this.definitions = new DefinitionStore(database.reads(), database.writes(), audit, clock);
        this.plans = new PlanStore(database.reads(), database.writes(), clock);
        this.cleanups = new CleanupStore(database.reads(), database.writes(), clock);
        this.answers = new AnswerStore(database.reads(), database.writes(), clock);
        this.search = new MigrationSearch(database.reads());
        this.deviceSearch = new DeviceSearch(database.lists(), database.dialect());
        this.timeline = new DeviceTimeline(database.reads());
    }

    /**
     * Brings the schema up to date and opens; fails with {@link LedgerException}, also when another apply holds a ledger
     * that only one can use.
     */
    public static Future<Ledger> open(
            Vertx vertx, LedgerAddress address, MovePolicy policy, MeterRegistry meters, Clock clock) {
        return open(vertx, address, true, meters)
                .map(database -> new Ledger(vertx, database, policy, new DeviceMeter(meters), meters, clock));
    }

    /** Opens an existing ledger as it is, for all that works beside a running apply. */
    public static Future<Ledger> openBeside(
            Vertx vertx, LedgerAddress address, MovePolicy policy, MeterRegistry meters, Clock clock) {
        return open(vertx, address, false, meters)
                .map(database -> new Ledger(vertx, database, policy, new DeviceMeter(meters), meters, clock));
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

    /** This ledger for a migration whose devices move by another policy; it shares the connections of this one. */
    public Ledger under(MovePolicy policy) {
        return other.apply(policy);
    }

    /** What migrations were asked to do through the API. */
    public DefinitionStore definitions() {
        return definitions;
    }

    /** Plans made through the API. */
    public PlanStore plans() {
        return plans;
    }

    /** Cleanups asked for through the API. */
    public CleanupStore cleanups() {
        return cleanups;
    }

    /** Answers to writes that carried an idempotency key. */
    public AnswerStore answers() {
        return answers;
    }

    /** Lists of migrations and of the audit. */
    public MigrationSearch search() {
        return search;
    }

    /** Lists of devices. */
    public DeviceSearch deviceSearch() {
        return deviceSearch;
    }

    /** What happened when. */
    public DeviceTimeline timeline() {
        return timeline;
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
