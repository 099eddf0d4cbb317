package io.drover.worker.report;

import io.drover.worker.db.Ledger;
import io.drover.worker.migration.Migration;
import io.drover.worker.report.MigrationReport.Period;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

/** Reads a report from the ledger, a page of devices at a time. Safe beside a running apply. */
public final class ReportReader {
    private final Ledger ledger;
    private final Clock clock;

    public ReportReader(Ledger ledger, Clock clock) {
        this.ledger = ledger;
        this.clock = clock;
    }

    /** Completes with the report; fails with what the database said. */
    public Future<MigrationReport> read(Migration migration) {
        Instant now = clock.instant();
        Period period = Period.of(migration, now);
        DeviceStatistics statistics = new DeviceStatistics(period);
        return ledger.devices()
                .reads()
                .eachPage(migration.id(), page -> {
                    statistics.add(page);
                    return Future.succeededFuture();
                })
                .compose(done -> ledger.migrations().waves(migration.id()))
                .compose(waves -> ledger.devices()
                        .counts(migration.id())
                        .compose(counts -> ledger.paces()
                                .rates()
                                .compose(rates -> ledger.audit()
                                        .head()
                                        .compose(head -> ledger.devices()
                                                .reads()
                                                .returned(migration.id())
                                                .compose(returned -> sides(migration.id())
                                                        .compose(sides -> OwnedReport.read(
                                                                        ledger.owned(), migration.id())
                                                                .map(owned -> new MigrationReport(
                                                                        now,
                                                                        migration,
                                                                        period,
                                                                        waves,
                                                                        counts,
                                                                        returned,
                                                                        sides,
                                                                        statistics,
                                                                        owned,
                                                                        limit(migration, rates),
                                                                        head))))))));
    }

    /** What was found of devices alive on both sides. */
    public Future<MigrationReport.BothSides> sides(long migrationId) {
        return ledger.sourceChecks()
                .aliveDevices(migrationId, DeviceList.SHOWN)
                .compose(alive -> ledger.sourceChecks()
                        .tally(migrationId)
                        .map(tally -> new MigrationReport.BothSides(
                                tally.looked(), DeviceList.of(alive, Math.max(alive.size(), tally.alive())))));
    }

    /** Limits are named {@code limit/host}; the host begins with the service's name. The last one in order wins. */
    private static MigrationReport.Limit limit(Migration migration, Map<String, Double> rates) {
        MigrationReport.Limit found = null;
        for (Map.Entry<String, Double> rate : rates.entrySet()) {
            String host =
                    rate.getKey().substring(rate.getKey().indexOf('/') + 1).toLowerCase(Locale.ROOT);
            boolean ours = host.startsWith(migration.sourceApplication().toLowerCase(Locale.ROOT) + ".")
                    || host.startsWith(migration.target().toLowerCase(Locale.ROOT) + ".");
            if (ours) {
                found = new MigrationReport.Limit(rate.getKey(), rate.getValue());
            }
        }
        return found;
    }
}
