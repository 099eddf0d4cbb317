package io.drover.worker.dispatch;

import io.drover.worker.azure.central.CentralJobs.DeviceStatus;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.migration.Job;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads which devices the source would command for a job, to the last page, and holds each against the ledger. Fails
 * with {@link JobMismatch} at the first one that is neither claimed for the job nor may be.
 */
final class JobMembers {
    private final JobWork work;

    JobMembers(JobWork work) {
        this.work = work;
    }

    /**
     * All devices that the job would command.
     *
     * @param unclaimed those not claimed for it yet
     * @param template of all of them
     */
    record Members(int devices, List<String> unclaimed, String template) {}

    private static final class Reading {
        final Set<String> ids = new HashSet<>();
        final Set<String> templates = new HashSet<>();
        final List<String> unclaimed = new ArrayList<>();
    }

    Future<Members> read(Job job, Instant lookedAt) {
        Reading reading = new Reading();
        return (job.reruns() == null ? group(job, reading, lookedAt) : failed(job, reading, lookedAt)).map(done -> {
            if (reading.ids.isEmpty()) {
                throw new JobMismatch("there is no device to command");
            }
            return new Members(
                    reading.ids.size(),
                    List.copyOf(reading.unclaimed),
                    reading.templates.iterator().next());
        });
    }

    private Future<Void> group(Job job, Reading reading, Instant lookedAt) {
        return work.source()
                .central()
                .eachGroupPage(job.group(), page -> {
                    Map<String, String> templates = new HashMap<>();
                    page.forEach(device -> templates.put(device.id(), String.valueOf(device.template())));
                    return check(job, templates, reading, lookedAt);
                })
                .compose(done -> work.devices().counts(job.migrationId()))
                .map(counts -> {
                    long wave = counts.ofWave(job.wave()).total();
                    if (wave != reading.ids.size()) {
                        throw new JobMismatch(
                                "the wave has " + wave + " devices, its group " + reading.ids.size() + " of them");
                    }
                    return null;
                });
    }

    private Future<Void> failed(Job job, Reading reading, Instant lookedAt) {
        return work.source().central().jobs().eachDevicePage(job.reruns(), page -> {
            Map<String, String> templates = new HashMap<>();
            page.stream()
                    .filter(device -> device.status() == DeviceStatus.FAILED)
                    .forEach(device -> templates.put(device.id(), null));
            return check(job, templates, reading, lookedAt);
        });
    }

    /** {@code templates} by device, null where the source was not asked. */
    private Future<Void> check(Job job, Map<String, String> templates, Reading reading, Instant lookedAt) {
        Instant now = work.clock().instant();
        return work.devices()
                .reads()
                .rows(job.migrationId(), templates.keySet())
                .map(rows -> {
                    templates.forEach((id, template) -> {
                        DeviceRow row = rows.get(id);
                        Optional<String> unfit = JobFit.unfit(id, template, row, job, now, lookedAt);
                        if (unfit.isPresent()) {
                            throw new JobMismatch(unfit.get());
                        }
                        reading.templates.add(row.template());
                        if (reading.templates.size() > 1) {
                            throw new JobMismatch(
                                    "its devices have several templates, and a job commands those of one");
                        }
                        if (reading.ids.add(id) && !JobFit.isClaimed(row, job)) {
                            reading.unclaimed.add(id);
                        }
                    });
                    return null;
                });
    }
}
