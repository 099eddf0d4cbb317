package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReconciliationTest {
    private static final Instant COMMANDED = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant ARRIVED = COMMANDED.plusSeconds(2);
    private static final Instant PROVEN = COMMANDED.plusSeconds(3);

    @Test
    void aMovedDeviceThatTheLedgerCallsMigratedAgrees() {
        Reconciliation reconciliation = Reconciliation.of(List.of(entry("d1", "MIGRATED")), List.of(moved("d1")));

        assertThat(reconciliation.holds()).isTrue();
    }

    @Test
    void aMigratedDeviceWithoutTelemetryIsAFalsePositive() {
        Reconciliation reconciliation = Reconciliation.of(List.of(entry("d1", "MIGRATED")), List.of(stayed("d1")));

        assertThat(reconciliation.mismatches())
                .singleElement()
                .satisfies(mismatch -> assertThat(mismatch.difference()).contains("no telemetry"));
    }

    @Test
    void aFailedDeviceThatArrivedAfterAllIsAMismatch() {
        Reconciliation reconciliation = Reconciliation.of(List.of(entry("d1", "FAILED")), List.of(moved("d1")));

        assertThat(reconciliation.holds()).isFalse();
    }

    @Test
    void aDeviceMissingOnEitherSideIsAMismatch() {
        Reconciliation reconciliation = Reconciliation.of(List.of(entry("ghost", "FAILED")), List.of(stayed("lost")));

        assertThat(reconciliation.mismatches())
                .extracting(Reconciliation.Mismatch::deviceId)
                .containsExactlyInAnyOrder("ghost", "lost");
    }

    @Test
    void aMigratedDeviceThatIsStillConnectedAtTheSourceIsAMismatch() {
        DeviceTruth onBothSides = new DeviceTruth(
                "d1",
                List.of(COMMANDED),
                Optional.of(COMMANDED),
                Optional.of(COMMANDED),
                Optional.of(ARRIVED),
                Optional.of(ARRIVED),
                Optional.of(PROVEN),
                Optional.empty(),
                true);

        assertThat(Reconciliation.of(List.of(entry("d1", "MIGRATED")), List.of(onBothSides))
                        .mismatches())
                .singleElement()
                .satisfies(mismatch -> assertThat(mismatch.difference()).contains("still connected at the source"));
    }

    @Test
    void aDeviceOfNoDeviceGroupMayBeMissingFromTheLedgerUnlessItMoved() {
        assertThat(Reconciliation.of(List.of(), List.of(stayed("d1")), Set.of("d1"))
                        .holds())
                .isTrue();
        assertThat(Reconciliation.of(List.of(), List.of(moved("d1")), Set.of("d1"))
                        .holds())
                .isFalse();
    }

    @Test
    void aDeviceLeftOnTheWayIsAMismatch() {
        Reconciliation reconciliation = Reconciliation.of(List.of(entry("d1", "ACCEPTED")), List.of(stayed("d1")));

        assertThat(reconciliation.holds()).isFalse();
    }

    @Test
    void aCommandAfterTheArrivalBreaksTheVerdictEvenWhenTheLedgerIsRight() {
        DeviceTruth commandedTwice = new DeviceTruth(
                "d1",
                List.of(COMMANDED, ARRIVED.plusMillis(1)),
                Optional.of(COMMANDED),
                Optional.of(COMMANDED),
                Optional.of(ARRIVED),
                Optional.of(ARRIVED),
                Optional.of(PROVEN),
                Optional.empty(),
                false);

        Reconciliation reconciliation = Reconciliation.of(List.of(entry("d1", "MIGRATED")), List.of(commandedTwice));

        assertThat(reconciliation.mismatches()).isEmpty();
        assertThat(reconciliation.commandedAfterArrival()).containsExactly("d1");
        assertThat(reconciliation.holds()).isFalse();
    }

    @Test
    void aSecondCommandToADeviceThatIsMovingBreaksTheVerdict() {
        DeviceTruth commandedTwice = new DeviceTruth(
                "d1",
                List.of(COMMANDED, COMMANDED.plusSeconds(1)),
                Optional.of(COMMANDED),
                Optional.of(COMMANDED),
                Optional.of(ARRIVED),
                Optional.of(ARRIVED),
                Optional.of(PROVEN),
                Optional.empty(),
                false);

        Reconciliation reconciliation = Reconciliation.of(List.of(entry("d1", "MIGRATED")), List.of(commandedTwice));

        assertThat(reconciliation.commandedWhileMoving()).containsExactly("d1");
        assertThat(reconciliation.holds()).isFalse();
    }

    private static LedgerEntry entry(String id, String state) {
        return new LedgerEntry(id, state, "");
    }

    private static DeviceTruth moved(String id) {
        return new DeviceTruth(
                id,
                List.of(COMMANDED),
                Optional.of(COMMANDED),
                Optional.of(COMMANDED),
                Optional.of(ARRIVED),
                Optional.of(ARRIVED),
                Optional.of(PROVEN),
                Optional.empty(),
                false);
    }

    private static DeviceTruth stayed(String id) {
        return new DeviceTruth(
                id,
                List.of(COMMANDED),
                Optional.of(COMMANDED),
                Optional.of(COMMANDED),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                false);
    }
}
