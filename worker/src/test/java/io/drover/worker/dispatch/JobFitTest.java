package io.drover.worker.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceTransition;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.Verification;
import io.drover.worker.migration.Job;
import io.drover.worker.migration.JobState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class JobFitTest {
    private static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");
    private static final Duration STEP = Duration.ofMinutes(5);
    private static final DeviceTransition MACHINE = new DeviceTransition(
            new MovePolicy(Verification.TELEMETRY, Duration.ofSeconds(30), STEP, STEP, STEP, Duration.ofDays(7), 3, 1));
    private static final Job FIRST = job(1, null);
    private static final Job RERUN = job(2, FIRST.id());

    @Test
    void aJobMayCommandWhatIsReadyInItsWaveAndWasNeverCommanded() {
        assertThat(unfit(ready(1), FIRST)).isEmpty();
        assertThat(unfit(claimed(ready(1), FIRST), FIRST)).as("claimed for it").isEmpty();
    }

    @Test
    void oneDeviceThatIsNotTheWavesKeepsItFromStarting() {
        assertThat(unfit(null, FIRST).orElseThrow()).contains("not in the migration");
        assertThat(unfit(ready(2), FIRST).orElseThrow()).contains("another wave");
        assertThat(unfit(claimed(ready(1), RERUN), FIRST).orElseThrow()).contains("COMMANDED");
        assertThat(JobFit.unfit("d", "dtmi:other;1", ready(1), FIRST, NOW, NOW).orElseThrow())
                .contains("another template");
    }

    @Test
    void aDeviceCommandedOnceIsNotAFirstJobsUnlessNothingWasSent() {
        DeviceRow claimed = claimed(ready(1), FIRST);

        assertThat(unfit(MACHINE.withdraw(claimed, NOW, false), FIRST)).isEmpty();
        assertThat(unfit(MACHINE.withdraw(claimed, NOW, true), FIRST).orElseThrow())
                .contains("was commanded before");
        assertThat(MACHINE.withdraw(claimed, NOW, true).lookAfter()).isEqualTo(NOW);
    }

    @Test
    void aDeviceWhoseAnswerIsKnownIsNotTakenBack() {
        DeviceRow refused = refused(claimed(ready(1), FIRST));

        assertThat(MACHINE.withdraw(refused, NOW, true)).isSameAs(refused);
    }

    @Test
    void aRerunWaitsUntilEachFailedDeviceIsDueAndTheTargetWasLookedAt() {
        DeviceRow refused = refused(claimed(ready(1), FIRST));
        DeviceRow again = MACHINE.expire(refused, NOW.plusSeconds(10), true);
        Instant due = again.nextAttemptAt();

        assertThat(rerun(refused, NOW, NOW)).isEqualTo(JobFit.Rerun.WAIT);
        assertThat(rerun(again, due.minusMillis(1), due)).isEqualTo(JobFit.Rerun.WAIT);
        assertThat(rerun(again, due, due.minusMillis(1))).isEqualTo(JobFit.Rerun.WAIT);
        assertThat(rerun(again, due, due)).isEqualTo(JobFit.Rerun.RERUN);
        assertThat(JobFit.unfit("d", null, again, RERUN, due, due)).isEmpty();
    }

    @Test
    void aRerunNeverCommandsADeviceThatMovedOrWhoseAnswerIsUnknown() {
        DeviceRow claimed = claimed(ready(1), FIRST);
        DeviceRow unknown = MACHINE.apply(claimed, Evidence.unknownOutcome(NOW, claimed.attempt(), null));
        DeviceRow moved = MACHINE.apply(refused(claimed), Evidence.telemetry(NOW, "hub"));

        assertThat(rerun(unknown, NOW, NOW)).isEqualTo(JobFit.Rerun.SINGLY);
        assertThat(rerun(MACHINE.expire(unknown, NOW.plusSeconds(30), true), NOW.plusSeconds(99), NOW.plusSeconds(99)))
                .isEqualTo(JobFit.Rerun.SINGLY);
        assertThat(rerun(moved, NOW, NOW)).isEqualTo(JobFit.Rerun.SINGLY);
        assertThat(JobFit.rerun(List.of("d", "e"), Map.of("d", refused(claimed)), FIRST, NOW, NOW))
                .as("one that the migration does not know")
                .isEqualTo(JobFit.Rerun.SINGLY);
    }

    @Property
    void whateverStateADeviceIsInAJobTakesOnlyReadyOnes(@ForAll DeviceState state, @ForAll boolean due) {
        DeviceRow row = in(ready(1), state, due ? NOW : NOW.plusSeconds(1));

        assertThat(unfit(row, FIRST).isEmpty()).isEqualTo(state == DeviceState.REGISTERED && due);
    }

    private static Optional<String> unfit(DeviceRow row, Job job) {
        return JobFit.unfit("d", "t", row, job, NOW, NOW);
    }

    private static JobFit.Rerun rerun(DeviceRow row, Instant now, Instant lookedAt) {
        return JobFit.rerun(List.of("d"), Map.of("d", row), FIRST, now, lookedAt);
    }

    private static DeviceRow ready(int wave) {
        DeviceRow found =
                DeviceRow.discovered(new DeviceKey(1, "d"), new DiscoveredDevice("d", "t", null, wave, 0), NOW);
        return in(found, DeviceState.REGISTERED, NOW);
    }

    private static DeviceRow claimed(DeviceRow row, Job job) {
        return MACHINE.claim(row, NOW, Duration.ofDays(30), job.owner());
    }

    private static DeviceRow refused(DeviceRow row) {
        return MACHINE.apply(row, Evidence.refused(NOW, row.attempt(), 403));
    }

    private static DeviceRow in(DeviceRow row, DeviceState state, Instant next) {
        return new DeviceRow(
                row.key(),
                row.template(),
                row.credential(),
                row.wave(),
                state,
                row.attempt(),
                row.retries(),
                row.revision(),
                row.reason(),
                row.commandedAt(),
                row.attemptAt(),
                row.acceptedAt(),
                row.assignedAt(),
                row.connectedAt(),
                row.telemetryAt(),
                row.negative(),
                row.negativeAt(),
                row.deadlineAt(),
                next,
                row.lookAfter(),
                row.finishedAt(),
                row.assignedHub(),
                row.twin(),
                row.twinAt(),
                row.owner(),
                row.seenAttempt());
    }

    private static Job job(int number, String reruns) {
        return new Job(1, 1, number, "j" + number, reruns, "g", null, 0, JobState.CLAIMING, null, NOW, NOW, null, null);
    }
}
