package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.hub.query.QueryRow;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Stream;

/**
 * A hub's jobs by id. Ended ones are forgotten after the documented 30 days, and the oldest of them sooner when there are more than
 * 1,000 jobs or their devices' parts more than a million. Thread-safe.
 */
final class HubJobs {
    static final Duration HISTORY = Duration.ofDays(30);
    private static final int MAX_JOBS = 1_000;
    private static final long MAX_PARTS = 1_000_000;

    private final ConcurrentNavigableMap<String, HubJob> jobs = new ConcurrentSkipListMap<>();

    /** Fails with JOB_ALREADY_EXISTS, or THROTTLING when 1,000 jobs have not ended. */
    synchronized void add(HubJob job, Instant now) {
        jobs.values().removeIf(old -> old.ended() != null && old.ended().isBefore(now.minus(HISTORY)));
        while (jobs.size() >= MAX_JOBS || parts() > MAX_PARTS) {
            HubJob oldest = jobs.values().stream()
                    .filter(each -> each.ended() != null)
                    .min(Comparator.comparing(HubJob::ended))
                    .orElseThrow(() -> new HubException(HubError.THROTTLING, "Too many jobs have not ended."));
            jobs.remove(oldest.id());
        }
        if (jobs.putIfAbsent(job.id(), job) != null) {
            throw new HubException(HubError.JOB_ALREADY_EXISTS, "A job with ID '" + job.id() + "' exists.");
        }
    }

    private long parts() {
        return jobs.values().stream().mapToLong(job -> job.parts().size()).sum();
    }

    Optional<HubJob> job(String id) {
        return Optional.ofNullable(jobs.get(id));
    }

    /** The jobs whose ids sort after the given one. */
    Stream<HubJob> after(String id) {
        return jobs.tailMap(id, false).values().stream();
    }

    /** The devices' parts after the key {@code jobId/deviceId}, in order. */
    Stream<QueryRow> rowsAfter(String key) {
        int slash = key.indexOf('/');
        String jobId = slash < 0 ? "" : key.substring(0, slash);
        String deviceId = slash < 0 ? "" : key.substring(slash + 1);
        return jobs.tailMap(jobId, true).values().stream().flatMap(job -> {
            String from = job.id().equals(jobId) ? deviceId : "";
            return job.parts().tailMap(from, false).values().stream().map(part -> new JobRow(job, part));
        });
    }
}
