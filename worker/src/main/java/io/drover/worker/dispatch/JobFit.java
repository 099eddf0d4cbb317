package io.drover.worker.dispatch;

import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.EvidenceKind;
import io.drover.worker.migration.Job;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/** Whether a device may be commanded by a job, and whether a job's failed devices may be commanded by a rerun. */
final class JobFit {
    /** What becomes of the failed devices of a job that is over. */
    enum Rerun {
        WAIT,
        RERUN,
        SINGLY
    }

    private JobFit() {}

    /** True when the device is claimed for this job and has not answered. */
    static boolean isClaimed(DeviceRow row, Job job) {
        return row != null
                && row.state() == DeviceState.COMMANDED
                && row.negative() == null
                && job.owner().equals(row.owner());
    }

    /**
     * Why this device keeps the job from starting; empty when it is claimed for it or may be.
     *
     * @param row null when the migration does not know the device
     * @param template as the source has it now; null when it was not asked
     */
    static Optional<String> unfit(String id, String template, DeviceRow row, Job job, Instant now, Instant lookedAt) {
        if (row == null) {
            return Optional.of("device " + id + " is in the group but not in the migration");
        }
        if (row.wave() != job.wave()) {
            return Optional.of("device " + id + " of the group is "
                    + (row.state().isFinal() ? "not of this wave (" + row.state() + ")" : "of another wave"));
        }
        if (template != null && !template.equals(row.template())) {
            return Optional.of("device " + id + " has another template than when it was discovered");
        }
        if (isClaimed(row, job)) {
            return Optional.empty();
        }
        boolean fresh = job.reruns() == null
                ? row.commandedAt() == null
                : Job.owner(job.reruns()).equals(row.owner()) && isDefinite(row.negative());
        if (row.state() != DeviceState.REGISTERED || !fresh || !isDue(row, now, lookedAt)) {
            return Optional.of("device " + id + " is " + row.state()
                    + (row.commandedAt() == null ? "" : " and was commanded before"));
        }
        return Optional.empty();
    }

    /**
     * A rerun commands every failed device of its job, so it is one only when each of them is to be commanded again and
     * is known to be online: offline ones are told by their own commands, which use up no attempt.
     */
    static Rerun rerun(Collection<String> failed, Map<String, DeviceRow> rows, Job job, Instant now, Instant lookedAt) {
        boolean wait = false;
        for (String id : failed) {
            DeviceRow row = rows.get(id);
            boolean mine = row != null && job.owner().equals(row.owner()) && isDefinite(row.negative());
            boolean settling = mine && row.state() == DeviceState.COMMANDED;
            boolean again = mine && row.state() == DeviceState.REGISTERED;
            if (!settling && !again) {
                return Rerun.SINGLY;
            }
            wait |= settling || !isDue(row, now, lookedAt);
        }
        return failed.isEmpty() ? Rerun.SINGLY : wait ? Rerun.WAIT : Rerun.RERUN;
    }

    private static boolean isDefinite(EvidenceKind negative) {
        return negative == EvidenceKind.NO_HANDLER || negative == EvidenceKind.REFUSED;
    }

    private static boolean isDue(DeviceRow row, Instant now, Instant lookedAt) {
        boolean due = row.nextAttemptAt() == null || !row.nextAttemptAt().isAfter(now);
        boolean looked =
                row.lookAfter() == null || (lookedAt != null && !row.lookAfter().isAfter(lookedAt));
        return due && looked;
    }
}
