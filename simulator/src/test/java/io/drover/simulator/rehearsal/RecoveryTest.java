package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RecoveryTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    /** One command a second, one device each, for 100 s; none between 40 and 46. */
    private final List<DeviceTruth> truth = IntStream.range(0, 100)
            .filter(second -> second <= 40 || second >= 46)
            .mapToObj(second -> commandedAt(START.plusSeconds(second)))
            .toList();

    @Test
    void theGapIsFromTheRestartToTheNextCommandOfAnyDevice() {
        Recovery recovery = Recovery.of(List.of(START.plusMillis(40_500)), truth);

        assertThat(recovery.gaps()).containsExactly(Duration.ofMillis(5_500));
    }

    @Test
    void aRestartThatIsKilledBeforeItSendsTellsNothing() {
        assertThat(Recovery.of(List.of(START.plusMillis(40_500), START.plusMillis(42_000)), truth)
                        .gaps())
                .containsExactly(Duration.ofSeconds(4));
    }

    @Test
    void aRestartNearTheEndTellsNothing() {
        assertThat(Recovery.of(List.of(START.plusMillis(97_500)), truth).isEmpty())
                .isTrue();
    }

    private static DeviceTruth commandedAt(Instant at) {
        return new DeviceTruth(
                "device-" + at,
                List.of(at),
                Optional.of(at),
                Optional.of(at),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false);
    }
}
