package io.drover.worker.dispatch;

import io.drover.worker.azure.central.CentralJobs;
import io.drover.worker.azure.central.CentralJobs.DeviceStatus;
import io.drover.worker.azure.central.CentralJobs.JobDevice;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceStore.ListedClaim;
import io.drover.worker.device.Evidence;
import io.drover.worker.migration.Job;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Writes down what a job says of its devices; where it says only that one failed, the device's history tells why. */
final class JobAnswers {
    /** Histories read at once; each waits for its turn in the application's REST quota. */
    private static final int AT_ONCE = 8;

    private final JobWork work;
    private final CentralJobs central;

    JobAnswers(JobWork work) {
        this.work = work;
        this.central = work.source().central().jobs();
    }

    /** Completes when every device of the page that is completed or failed has its evidence committed. */
    Future<Void> judge(Job job, JobSession session, List<JobDevice> page) {
        List<JobDevice> fresh = page.stream()
                .filter(device -> device.status() != DeviceStatus.PENDING && !session.judged.contains(device.id()))
                .toList();
        return fresh.isEmpty()
                ? Future.succeededFuture()
                : work.devices()
                        .reads()
                        .rows(
                                job.migrationId(),
                                fresh.stream().map(JobDevice::id).toList())
                        .compose(rows -> judge(job, fresh, rows))
                        .onSuccess(done -> fresh.forEach(device -> {
                            session.judged.add(device.id());
                            if (device.status() == DeviceStatus.FAILED) {
                                session.failed.add(device.id());
                            }
                        }));
    }

    private Future<Void> judge(Job job, List<JobDevice> devices, Map<String, DeviceRow> rows) {
        Instant now = work.clock().instant();
        List<Future<?>> accepted = new ArrayList<>();
        List<DeviceRow> failed = new ArrayList<>();
        for (JobDevice device : devices) {
            DeviceRow row = rows.get(device.id());
            if (JobFit.isClaimed(row, job)) {
                if (device.status() == DeviceStatus.COMPLETED) {
                    accepted.add(work.devices()
                            .recordAnswer(
                                    row.key(), Evidence.accepted(now, row.attempt(), "completed in job " + job.id())));
                } else {
                    failed.add(row);
                }
            }
        }
        return Future.all(accepted).compose(done -> histories(job, failed, 0));
    }

    private Future<Void> histories(Job job, List<DeviceRow> failed, int from) {
        if (from >= failed.size()) {
            return Future.succeededFuture();
        }
        return Future.all(failed.subList(from, Math.min(failed.size(), from + AT_ONCE)).stream()
                        .map(row -> history(job, row))
                        .toList())
                .compose(done -> histories(job, failed, from + AT_ONCE));
    }

    /** The evidence before the note of what it was drawn from: in between a crash at most judges a record twice. */
    private Future<Void> history(Job job, DeviceRow row) {
        long id = job.migrationId();
        return central.moves(row.deviceId(), work.command(job))
                .compose(history -> work.payload(job)
                        .compose(payload -> work.jobs()
                                .judged(id, row.deviceId())
                                .compose(judged -> {
                                    Instant now = work.clock().instant();
                                    Optional<JobVerdict> verdict = history.map(
                                            records -> JobVerdict.of(records, payload, judged, row.attempt(), now));
                                    Evidence evidence = verdict.map(JobVerdict::evidence)
                                            .orElseGet(() -> Evidence.deviceUnknown(
                                                    now, row.attempt(), "the application has no such device"));
                                    return work.devices()
                                            .recordAnswer(row.key(), evidence)
                                            .compose(noted -> work.jobs()
                                                    .judged(
                                                            id,
                                                            row.deviceId(),
                                                            verdict.map(JobVerdict::records)
                                                                    .orElse(List.of())));
                                })));
    }

    /** Which of these devices of the job are not claimed for it. */
    Future<List<String>> foreign(Job job, List<String> ids) {
        return work.devices()
                .reads()
                .rows(job.migrationId(), ids)
                .map(rows -> ids.stream()
                        .filter(id -> rows.get(id) == null
                                || !job.owner().equals(rows.get(id).owner()))
                        .toList());
    }

    /** Follows devices that the job commands unasked, as far as the migration knows them. */
    Future<Integer> adopt(Job job, Collection<String> ids) {
        return work.devices()
                .adopt(
                        new ListedClaim(
                                job.migrationId(),
                                job.wave(),
                                List.copyOf(ids),
                                work.clock().instant(),
                                null,
                                Duration.ofDays(30),
                                job.owner()),
                        "joined the group of job " + job.id() + " while it was put")
                .map(List::size);
    }
}
