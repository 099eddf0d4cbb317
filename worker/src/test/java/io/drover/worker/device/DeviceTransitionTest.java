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
            @ForAll("evidence") List<Evidence> evidence,
            @ForAll Verification verification,
            @ForAll boolean carries,
            @ForAll long seed) {
        DeviceTransition transition = carries ? carrying(verification) : transition(verification);
        DeviceRow commanded = transition.claim(DISCOVERED, START, Duration.ofSeconds(30), "w");
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
                transition.claim(DISCOVERED, START, Duration.ofSeconds(30), "w").change();
        builder.state = state;
        builder.telemetryAt = state == DeviceState.MIGRATED ? START : null;
        DeviceRow row = builder.build();

        DeviceRow after = transition.expire(fold(transition, row, evidence), START.plus(Duration.ofDays(30)), true);

        if (state.isFinal()) {
            assertThat(after.state()).isEqualTo(state);
        }
    }

    @Property
    void evidenceBeforeTheFirstCommandMovesNothing(@ForAll("evidence") List<Evidence> evidence) {
        assertThat(fold(transition(Verification.ASSIGNED), DISCOVERED, evidence))
                .isEqualTo(DISCOVERED);
    }

    @Property
    void aConnectionAtTheSourceCountsTheSameWheneverItIsHeardDuringAnAttempt(
            @ForAll("evidence") List<Evidence> evidence, @ForAll long seed) {
        DeviceTransition transition = transition(Verification.TELEMETRY);
        DeviceRow commanded = transition.claim(DISCOVERED, START, Duration.ofSeconds(30), "w");
        int at = new Random(seed).nextInt(evidence.size() + 1);

        DeviceRow first = fold(transition, transition.awake(commanded), evidence);
        DeviceRow between = fold(
                transition,
                transition.awake(fold(transition, commanded, evidence.subList(0, at))),
                evidence.subList(at, evidence.size()));

        assertThat(between.state()).isEqualTo(first.state());
        assertThat(between.nextAttemptAt()).isEqualTo(first.nextAttemptAt());
        assertThat(first.nextAttemptAt()).isEqualTo(first.state() == DeviceState.WAITING ? Instant.EPOCH : null);
        assertThat(transition.awake(first).state()).isEqualTo(first.state());
    }

    @Example
    void anEventIsGoodForOneCommandAndThenThePausesBeginAnew() {
        DeviceTransition transition = transition(Verification.TELEMETRY);
        DeviceRow row = DISCOVERED;
        for (int attempt = 1; attempt <= 10; attempt++) {
            row = transition.claim(row, START, Duration.ofSeconds(30), "w");
            row = transition.apply(row, Evidence.offline(START, attempt, null));
        }
        assertThat(row.nextAttemptAt()).isAfter(START.plusSeconds(60));

        DeviceRow due = transition.awake(row);
        DeviceRow again = transition.claim(due, START, Duration.ofSeconds(30), "w");
        DeviceRow offline = transition.apply(again, Evidence.offline(START, 11, null));

        assertThat(due.nextAttemptAt()).isEqualTo(Instant.EPOCH);
        assertThat(transition.awake(due)).isSameAs(due);
        assertThat(offline.nextAttemptAt()).isEqualTo(START.plusSeconds(10));
    }

    @Example
    void anAckIsNotArrival() {
        DeviceTransition transition = transition(Verification.ASSIGNED);
        DeviceRow commanded = transition.claim(DISCOVERED, START, Duration.ofSeconds(30), "w");

        DeviceRow accepted = transition.apply(commanded, Evidence.accepted(START.plusSeconds(1), 1, null));

        assertThat(accepted.state()).isEqualTo(DeviceState.ACCEPTED);
        assertThat(accepted.reason()).isEqualTo(FailureReason.NEVER_ASSIGNED);
    }

    @Example
    void aRefusalWaitsForALookAtTheTargetAndThenTriesAgainUntilAttemptsEnd() {
        DeviceTransition transition = transition(Verification.TELEMETRY);
        DeviceRow row = DISCOVERED;
        for (int attempt = 1; attempt <= 3; attempt++) {
            row = transition.claim(row, START, Duration.ofSeconds(30), "w");
            row = transition.apply(row, Evidence.refused(START.plusSeconds(1), attempt, 403));
            assertThat(row.state()).isEqualTo(DeviceState.COMMANDED);
            row = transition.expire(row, START.plusSeconds(60), true);
        }

        assertThat(row.state()).isEqualTo(DeviceState.FAILED);
        assertThat(row.reason()).isEqualTo(FailureReason.DEVICE_REFUSED);
    }

    @Example
    void anAnswerToAnEarlierAttemptSaysNothingOfThisOne() {
        DeviceTransition transition = transition(Verification.TELEMETRY);
        DeviceRow second = transition.claim(
                transition.claim(DISCOVERED, START, Duration.ofSeconds(30), "w"), START, Duration.ofSeconds(30), "w");

        assertThat(transition.apply(second, Evidence.offline(START, 1, null))).isEqualTo(second);
    }

    @Example
    void anOfflineDeviceWaitsForItsNextProbeWithoutUsingUpAttempts() {
        DeviceTransition transition = transition(Verification.TELEMETRY);
        DeviceRow row = DISCOVERED;
        for (int attempt = 1; attempt <= 10; attempt++) {
            row = transition.claim(row, START.plusSeconds(attempt), Duration.ofSeconds(30), "w");
            row = transition.apply(row, Evidence.offline(START.plusSeconds(attempt), attempt, null));
            assertThat(row.state()).isEqualTo(DeviceState.WAITING);
        }

        assertThat(row.retries()).isZero();
        assertThat(transition.expire(row, START.plus(Duration.ofDays(8)), true).reason())
                .isEqualTo(FailureReason.DEVICE_OFFLINE);
    }

    @Property
    void stepsOfEveryKindInAnyOrderNeverLeaveAFinalStateNorLoseAProof(@ForAll("steps") List<Step> steps) {
        DeviceTransition transition = transition(Verification.TELEMETRY);
        DeviceRow row = DISCOVERED;
        boolean proven = false;
        for (Step step : steps) {
            DeviceRow before = row;
            row = step.on(transition, row);
            proven |= step.evidence() != null
                    && step.evidence().kind() == EvidenceKind.TELEMETRY
                    && before.attempt() > 0
                    && before.state() != DeviceState.FAILED
                    && before.state() != DeviceState.CANCELLED;
            if (before.state().isFinal()) {
                assertThat(row.state()).isEqualTo(before.state());
            }
            if (proven) {
                assertThat(row.state()).isEqualTo(DeviceState.MIGRATED);
            }
            boolean waits = !row.state().isFinal()
                    && row.state() != DeviceState.PENDING
                    && row.state() != DeviceState.REGISTERED;
            assertThat(waits).isEqualTo(row.deadlineAt() != null);
        }
    }

    @Property
    void whatEvidenceIsLostDoesNotMatterOnceTheProofIsThere(
            @ForAll("evidence") List<Evidence> evidence, @ForAll long seed) {
        DeviceTransition transition = transition(Verification.TELEMETRY);
        DeviceRow commanded = transition.claim(DISCOVERED, START, Duration.ofSeconds(30), "w");
        Random random = new Random(seed);
        List<Evidence> some = new ArrayList<>(
                evidence.stream().filter(any -> random.nextBoolean()).toList());
        some.add(random.nextInt(some.size() + 1), Evidence.telemetry(START.plusSeconds(9), "hub-a"));

        assertThat(fold(transition, commanded, some).state()).isEqualTo(DeviceState.MIGRATED);
    }

    @Example
    void anAnswerThatIsRepeatedAfterItsAttemptWasGivenUpSaysNothingMore() {
        DeviceTransition transition = transition(Verification.TELEMETRY);
        DeviceRow commanded = transition.claim(DISCOVERED, START, Duration.ofSeconds(30), "w");
        Evidence ack = Evidence.accepted(START.plusSeconds(1), 1, null);
        DeviceRow again = transition.expire(transition.apply(commanded, ack), START.plus(Duration.ofHours(1)), true);

        assertThat(again.state()).isEqualTo(DeviceState.REGISTERED);
        assertThat(transition.apply(again, ack)).isEqualTo(again);
        assertThat(again.lookAfter()).isEqualTo(again.nextAttemptAt());
    }

    @Example
    void aThrottledCommandUsesUpNoAttemptAndOwesNoLook() {
        DeviceTransition transition = transition(Verification.TELEMETRY);
        DeviceRow row = DISCOVERED;
        for (int attempt = 1; attempt <= 10; attempt++) {
            row = transition.claim(row, START, Duration.ofSeconds(30), "w");
            row = transition.apply(
                    row, Evidence.notCarriedOut(EvidenceKind.THROTTLED, START.plusSeconds(1), attempt, "429"));
            row = transition.expire(row, START.plusSeconds(2), true);
            assertThat(row.state()).isEqualTo(DeviceState.REGISTERED);
        }
        assertThat(row.retries()).isZero();
        assertThat(row.lookAfter()).isNull();
    }

    @Example
    void aFailedDeviceThatArrivesLateIsNotCommandedAgainWhenRetried() {
        DeviceTransition transition = transition(Verification.TELEMETRY);
        DeviceRow commanded = transition.claim(DISCOVERED, START, Duration.ofSeconds(30), "w");
        DeviceRow failed = transition.expire(commanded, START.plusSeconds(60), false);
        DeviceRow late = transition.apply(failed, Evidence.telemetry(START.plusSeconds(90), "hub-a"));

        assertThat(failed.state()).isEqualTo(DeviceState.FAILED);
        assertThat(late.state()).isEqualTo(DeviceState.FAILED);
        assertThat(transition.retry(late, START.plusSeconds(120)).state()).isEqualTo(DeviceState.MIGRATED);
        assertThat(transition.retry(failed, START.plusSeconds(120)).lookAfter()).isEqualTo(START.plusSeconds(120));
    }

    @Example
    void aRegistrationTurnedDownByTheTargetNamesItsReasonUnlessALaterOneHolds() {
        DeviceTransition transition = transition(Verification.TELEMETRY);
        DeviceRow commanded = transition.claim(DISCOVERED, START, Duration.ofSeconds(30), "w");
        DeviceRow rejected = transition.apply(commanded, Evidence.targetRejected(START.plusSeconds(3), "401"));

        assertThat(transition
                        .expire(rejected, START.plus(Duration.ofHours(1)), true)
                        .reason())
                .isEqualTo(FailureReason.TARGET_REJECTED);
        assertThat(transition
                        .apply(rejected, Evidence.assigned(START.plusSeconds(5), "hub-a"))
                        .state())
                .isEqualTo(DeviceState.ASSIGNED);
    }

    @Example
    void telemetryAloneIsNoVerdictWhileWhatTheDeviceOwnsIsNotCompared() {
        DeviceTransition transition = carrying(Verification.TELEMETRY);
        DeviceRow commanded = transition.claim(DISCOVERED, START, Duration.ofSeconds(30), "w");

        DeviceRow seen = transition.apply(commanded, Evidence.telemetry(START.plusSeconds(5), "hub-a"));
        assertThat(seen.state()).isEqualTo(DeviceState.CONNECTED);
        assertThat(seen.deadlineAt()).as("comparing is no work of the device").isNull();

        DeviceRow compared =
                transition.apply(seen, Evidence.twin(TwinOutcome.DIFFERENT, START.plusSeconds(9), "tags.site"));
        assertThat(compared.state()).isEqualTo(DeviceState.MIGRATED);
        assertThat(compared.finishedAt()).isEqualTo(START.plusSeconds(5));
    }

    @Example
    void withTheTwinAsProofOnlyAnEqualOneIsAndTheBestOutcomeStays() {
        DeviceTransition transition = carrying(Verification.TELEMETRY_TWIN);
        DeviceRow seen = fold(
                transition,
                transition.claim(DISCOVERED, START, Duration.ofSeconds(30), "w"),
                List.of(
                        Evidence.telemetry(START.plusSeconds(5), "hub-a"),
                        Evidence.twin(TwinOutcome.REFUSED, START.plusSeconds(9), null)));

        assertThat(seen.state()).isEqualTo(DeviceState.CONNECTED);
        assertThat(transition
                        .expire(seen, START.plus(Duration.ofHours(1)), true)
                        .reason())
                .isEqualTo(FailureReason.TWIN_NOT_WRITTEN);
        DeviceRow equal = fold(
                transition,
                seen,
                List.of(
                        Evidence.twin(TwinOutcome.EQUAL, START.plusSeconds(20), null),
                        Evidence.twin(TwinOutcome.DIFFERENT, START.plusSeconds(30), "tags.site")));
        assertThat(equal.state()).isEqualTo(DeviceState.MIGRATED);
        assertThat(equal.twin()).isEqualTo(TwinOutcome.EQUAL);
        assertThat(equal.finishedAt()).isEqualTo(START.plusSeconds(20));
    }

    private static DeviceTransition carrying(Verification verification) {
        return new DeviceTransition(new MovePolicy(
                verification,
                Duration.ofSeconds(30),
                Duration.ofMinutes(5),
                Duration.ofMinutes(5),
                Duration.ofMinutes(10),
                Duration.ofDays(7),
                3,
                Duration.ofMinutes(5),
                true,
                1));
    }

    /** One thing that may happen to a row: evidence, a connection at the source, a claim, or the passing of time. */
    private record Step(Evidence evidence, boolean claim, int minutes) {
        static final Step AWAKE = new Step(null, false, -1);

        DeviceRow on(DeviceTransition transition, DeviceRow row) {
            if (equals(AWAKE)) {
                return transition.awake(row);
            }
            if (evidence != null) {
                return transition.apply(row, evidence);
            }
            Instant now = START.plus(Duration.ofMinutes(minutes));
            boolean claimable = row.state() == DeviceState.REGISTERED
                    || row.state() == DeviceState.WAITING
                    || row.state() == DeviceState.PENDING;
            return claim
                    ? claimable ? transition.claim(row, now, Duration.ofSeconds(30), "w") : row
                    : transition.expire(row, now, minutes % 3 != 0);
        }
    }

    @Provide
    Arbitrary<List<Step>> steps() {
        Arbitrary<Step> seen = evidence().filter(list -> !list.isEmpty()).map(list -> new Step(list.get(0), false, 0));
        Arbitrary<Step> timed = Combinators.combine(
                        Arbitraries.of(true, false), Arbitraries.integers().between(0, 60 * 24 * 9))
                .as((claim, minutes) -> new Step(null, claim, minutes));
        return Arbitraries.oneOf(seen, timed, Arbitraries.just(Step.AWAKE))
                .list()
                .ofMaxSize(25);
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
