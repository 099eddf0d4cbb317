package io.drover.worker.dispatch;

import io.drover.worker.migration.Migration;
import io.drover.worker.migration.RolloutPolicy;
import io.drover.worker.migration.Wave;
import java.time.Instant;

/** What a wave's IoT Central job should do, from where its migration stands; looked at anew all the time. */
enum JobIntent {
    /** Command devices. */
    RUN,
    /** Command none for now. */
    HOLD,
    /** Command none any more. */
    END;

    static JobIntent of(Migration migration, Wave wave, RolloutPolicy policy, Instant now) {
        return switch (migration.state()) {
            case RUNNING -> isOver(migration, wave, policy, now) ? END : policy.isOpen(now) ? RUN : HOLD;
            case AWAITING_APPROVAL, SCHEDULED, PAUSED -> HOLD;
            case ABORTING, ABORTED, FINISHED -> END;
        };
    }

    private static boolean isOver(Migration migration, Wave wave, RolloutPolicy policy, Instant now) {
        boolean late = wave.deadlineAt() != null && !now.isBefore(wave.deadlineAt());
        boolean ended = policy.campaign() != null
                && migration.startedAt() != null
                && !now.isBefore(migration.startedAt().plus(policy.campaign()));
        return late || ended;
    }
}
