package io.drover.worker.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class DeviceTransitionTest {
    private static final Instant START = Instant.parse("2026-11-23T00:00:00Z");
    private static final DeviceRow DISCOVERED =
            DeviceRow.discovered(new DeviceKey(1, "truck"), new DiscoveredDevice("truck", "t", null), START);

    @Property
    void anyOrderAndRepetitionOfTheSameEvidenceGivesTheSameRow(
            @ForAll("evidence") List<Evidence> evidence, @ForAll Verification verification, @ForAll long seed) {
        DeviceTransition transition = transition(verification);
        DeviceRow commanded = transition.claim(DISCOVERED, START, Duration.ofSeconds(30));
        List<Evidence> shuffled = new ArrayList<>(evidence);
        Random random = new Random(seed);
        evidence.stream().filter(any -> random.nextBoolean()).forEach(shuffled::add);
        Collections.shuffle(shuffled, random);

        assertThat(fold(transition, commanded, shuffled)).isEqualTo(fold(transition, commanded, evidence));
    }

    @Property
    void noPathLeadsOutOfAFinalState(@ForAll("evidence") List<Evidence> evidence, @ForAll DeviceState state) {
        DeviceTransition transition = transition(Verification.TELEMETRY);
        DeviceRowBuilder builder =
                transition.claim(DISCOVERED, START, Duration.ofSeconds(30)).change();
        builder.state = state;
        builder.telemetryAt = state == DeviceState.MIGRATED ? START : null;
        DeviceRow row = builder.build();

        DeviceRow after = transition.expire(fold(transition, row, evidence), START.plus(Duration.ofDays(30)));

        if (state.isFinal()) {
            assertThat(after.state()).isEqualTo(state);
        }
    }

    @Property
    void evidenceBeforeTheFirstCommandMovesNothing(@ForAll("evidence") List<Evidence> evidence) {
        assertThat(fold(transition(Verification.ASSIGNED), DISCOVERED, evidence))
                .isEqualTo(DISCOVERED);
    }

    @Example
    void anAckIsNotArrival() {
        DeviceTransition transition = transition(Verification.ASSIGNED);
        DeviceRow commanded = transition.claim(DISCOVERED, START, Duration.ofSeconds(30));

        DeviceRow accepted = transition.apply(commanded, Evidence.accepted(START.plusSeconds(1), 1, null));

        assertThat(accepted.state()).isEqualTo(DeviceState.ACCEPTED);
        assertThat(accepted.reason()).isEqualTo(FailureReason.NEVER_ASSIGNED);
    }

    @Example
    void aRefusalWaitsForALookAtTheTargetAndThenTriesAgainUntilAttemptsEnd() {
        DeviceTransition transition = transition(Verification.TELEMETRY);
        DeviceRow row = DISCOVERED;
        for (int attempt = 1; attempt <= 3; attempt++) {
            row = transition.claim(row, START, Duration.ofSeconds(30));
            row = transition.apply(row, Evidence.refused(START.plusSeconds(1), attempt, 403));
            assertThat(row.state()).isEqualTo(DeviceState.COMMANDED);
            row = transition.expire(row, START.plusSeconds(60));
        }

        assertThat(row.state()).isEqualTo(DeviceState.FAILED);
        assertThat(row.reason()).isEqualTo(FailureReason.DEVICE_REFUSED);
    }

    @Example
    void anAnswerToAnEarlierAttemptSaysNothingOfThisOne() {
        DeviceTransition transition = transition(Verification.TELEMETRY);
        DeviceRow second = transition.claim(
                transition.claim(DISCOVERED, START, Duration.ofSeconds(30)), START, Duration.ofSeconds(30));

        assertThat(transition.apply(second, Evidence.offline(START, 1, null))).isEqualTo(second);
    }

    @Example
    void anOfflineDeviceWaitsForItsNextProbeWithoutUsingUpAttempts() {
        DeviceTransition transition = transition(Verification.TELEMETRY);
        DeviceRow row = DISCOVERED;
        for (int attempt = 1; attempt <= 10; attempt++) {
            row = transition.claim(row, START.plusSeconds(attempt), Duration.ofSeconds(30));
            row = transition.apply(row, Evidence.offline(START.plusSeconds(attempt), attempt, null));
            assertThat(row.state()).isEqualTo(DeviceState.WAITING);
        }

        assertThat(row.retries()).isZero();
        assertThat(transition.expire(row, START.plus(Duration.ofDays(8))).reason())
                .isEqualTo(FailureReason.DEVICE_OFFLINE);
    }

    @Provide
    Arbitrary<List<Evidence>> evidence() {
        return Combinators.combine(
                        Arbitraries.of(EvidenceKind.class),
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.integers().between(1, 120),
                        Arbitraries.of("hub-a", "hub-b"))
                .as((kind, attempt, second, hub) -> new Evidence(kind, START.plusSeconds(second), attempt, hub))
                .list()
                .ofMaxSize(12);
    }

    private static DeviceRow fold(DeviceTransition transition, DeviceRow row, List<Evidence> evidence) {
        DeviceRow result = row;
        for (Evidence each : evidence) {
            result = transition.apply(result, each);
        }
        return result;
    }

    private static DeviceTransition transition(Verification verification) {
        return new DeviceTransition(new MovePolicy(
                verification,
                Duration.ofSeconds(30),
                Duration.ofMinutes(5),
                Duration.ofMinutes(5),
                Duration.ofMinutes(10),
                Duration.ofDays(7),
                3,
                1));
    }
}
