package io.drover.worker.report;

import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.EvidenceKind;
import io.drover.worker.report.MigrationReport.Period;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.HdrHistogram.Histogram;

/** What one pass over all devices yields, in memory that does not grow with them. Not thread-safe. */
public final class DeviceStatistics {
    /** Bars of the arrivals chart. */
    static final int SLICES = 60;

    private static final long LONGEST_MILLIS = Duration.ofDays(400).toMillis();
    private static final Set<DeviceState> NOT_REACHED =
            EnumSet.of(DeviceState.WAITING, DeviceState.FAILED, DeviceState.CANCELLED);

    private final Instant begin;
    private final long sliceMillis;
    private final long[] arrivals = new long[SLICES];
    private final Histogram latency = new Histogram(LONGEST_MILLIS, 3);
    private final DeviceList failed = new DeviceList();
    private final DeviceList neverSeen = new DeviceList();

    DeviceStatistics(Period period) {
        this.begin = period.begin();
        this.sliceMillis = Math.max(1000, period.length().toMillis() / SLICES + 1);
    }

    void add(List<DeviceRow> page) {
        page.forEach(this::add);
    }

    private void add(DeviceRow row) {
        if (row.state() == DeviceState.MIGRATED) {
            long slice = Duration.between(begin, row.finishedAt()).toMillis() / sliceMillis;
            arrivals[(int) Math.max(0, Math.min(SLICES - 1, slice))]++;
            long took = Duration.between(commanded(row), row.finishedAt()).toMillis();
            latency.recordValue(Math.max(0, Math.min(LONGEST_MILLIS, took)));
        }
        if (row.state() == DeviceState.FAILED) {
            failed.add(row);
        }
        if (isNeverSeen(row)) {
            neverSeen.add(row);
        }
    }

    /** The command that brought it there: the latest one, unless it had arrived before that. */
    private static Instant commanded(DeviceRow row) {
        return row.attemptAt().isAfter(row.finishedAt()) ? row.commandedAt() : row.attemptAt();
    }

    /** Offline at each command, so nothing was heard of it at the source or at the target. */
    private static boolean isNeverSeen(DeviceRow row) {
        boolean arrived = row.assignedAt() != null || row.connectedAt() != null || row.telemetryAt() != null;
        return NOT_REACHED.contains(row.state())
                && row.negative() == EvidenceKind.OFFLINE
                && row.retries() == 0
                && row.seenAttempt() == 0
                && !arrived;
    }

    /** Arrivals in each slice of time from the begin on. */
    long[] arrivals() {
        return arrivals.clone();
    }

    Duration slice() {
        return Duration.ofMillis(sliceMillis);
    }

    /** Milliseconds from the command to the proof of arrival, of all migrated devices. */
    Histogram latency() {
        return latency;
    }

    DeviceList failed() {
        return failed;
    }

    DeviceList neverSeen() {
        return neverSeen;
    }
}
