package io.drover.worker.report;

import io.drover.worker.device.DeviceCounts;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.Wave;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Where a migration stands, at one moment.
 *
 * @param returned devices that other migrations have brought back
 * @param sides what was found of devices alive on both sides
 * @param limit the pace that binds it, or null when no command was sent yet
 * @param auditHead hash of the newest audit record
 */
public record MigrationReport(
        Instant at,
        Migration migration,
        Period period,
        List<Wave> waves,
        DeviceCounts counts,
        long returned,
        BothSides sides,
        DeviceStatistics statistics,
        OwnedReport owned,
        Limit limit,
        String auditHead) {
    public MigrationReport {
        waves = List.copyOf(waves);
    }

    /**
     * Moved devices that were active at the source after their arrival.
     *
     * @param looked moved devices that were looked for at the source
     */
    public record BothSides(long looked, DeviceList alive) {}

    /** The name of an Azure limit and the commands per second that Drover sends within it. */
    public record Limit(String name, double perSecond) {}

    /** From when a migration first ran until it ended or now; never empty. */
    public record Period(Instant begin, Instant end) {
        static Period of(Migration migration, Instant now) {
            Instant begin = migration.startedAt() == null ? migration.createdAt() : migration.startedAt();
            Instant end = migration.finishedAt() == null ? now : migration.finishedAt();
            return new Period(begin, end.isAfter(begin) ? end : begin.plusSeconds(1));
        }

        Duration length() {
            return Duration.between(begin, end);
        }
    }
}
