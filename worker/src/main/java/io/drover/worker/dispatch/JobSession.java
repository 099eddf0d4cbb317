package io.drover.worker.dispatch;

import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** What this process remembers of a job between two looks; nothing that a restart may not lose. One event loop. */
final class JobSession {
    /** Devices whose answer was written down. */
    final Set<String> judged = new HashSet<>();
    /** Devices that the job calls failed. */
    final Set<String> failed = new HashSet<>();
    /** True once the job's devices were read to the last page. */
    boolean listed;

    boolean stopAsked;
    int lastJudged = -1;
    Instant nextPoll = Instant.EPOCH;
    Instant nextList = Instant.EPOCH;

    /** The sessions of a migration's jobs. */
    static final class Sessions {
        private final Map<String, JobSession> byJob = new HashMap<>();

        JobSession of(String jobId) {
            return byJob.computeIfAbsent(jobId, id -> new JobSession());
        }

        void end(String jobId) {
            byJob.remove(jobId);
        }
    }
}
