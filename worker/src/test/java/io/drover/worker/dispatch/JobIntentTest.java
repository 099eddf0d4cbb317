package io.drover.worker.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.migration.MaintenanceWindow;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.RatePolicy;
import io.drover.worker.migration.RolloutPolicy;
import io.drover.worker.migration.StopRule;
import io.drover.worker.migration.TargetKind;
import io.drover.worker.migration.Wave;
import io.drover.worker.migration.WavePolicy;
import io.drover.worker.migration.WaveState;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobIntentTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");

    @Test
    void aJobRunsOnlyWhileCommandsMayBeSent() {
        assertThat(intent(MigrationState.RUNNING, null, null, true)).isEqualTo(JobIntent.RUN);
        assertThat(intent(MigrationState.RUNNING, null, null, false)).isEqualTo(JobIntent.HOLD);
        assertThat(intent(MigrationState.PAUSED, null, null, true)).isEqualTo(JobIntent.HOLD);
        assertThat(intent(MigrationState.ABORTING, null, null, true)).isEqualTo(JobIntent.END);
    }

    @Test
    void theEndOfItsWaveOrOfTheCampaignEndsIt() {
        assertThat(intent(MigrationState.RUNNING, NOW, null, true)).isEqualTo(JobIntent.END);
        assertThat(intent(MigrationState.RUNNING, NOW.plusMillis(1), null, true))
                .isEqualTo(JobIntent.RUN);
        assertThat(intent(MigrationState.RUNNING, null, Duration.ofHours(1), false))
                .isEqualTo(JobIntent.END);
    }

    private static JobIntent intent(MigrationState state, Instant deadline, Duration campaign, boolean open) {
        Instant hourAgo = NOW.minus(Duration.ofHours(1));
        Migration migration = new Migration(
                1,
                "m",
                "a",
                "g",
                "d",
                TargetKind.PROVISIONING_SERVICE,
                "TELEMETRY",
                state,
                null,
                NOW,
                hourAgo,
                hourAgo,
                hourAgo,
                NOW,
                null,
                0,
                0,
                null);
        LocalTime from = open ? LocalTime.of(11, 0) : LocalTime.of(13, 0);
        RolloutPolicy policy = new RolloutPolicy(
                RolloutPolicy.Order.ID,
                0,
                null,
                false,
                null,
                List.of(new MaintenanceWindow(EnumSet.allOf(DayOfWeek.class), from, from.plusHours(3), ZoneOffset.UTC)),
                RatePolicy.UNLIMITED,
                StopRule.NEVER,
                campaign,
                List.of(WavePolicy.rest()));
        return JobIntent.of(migration, new Wave(1, "w", WaveState.OPEN, NOW, deadline, null), policy, NOW);
    }
}
