package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.rehearsal.ReturnLeg.Whereabouts;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReturnLegTest {
    private static final Instant START = Instant.parse("2026-01-01T10:00:00Z");
    private static final Instant COMMANDED = START.plusSeconds(1);
    private static final Instant LEFT = START.plusSeconds(2);
    private static final Instant SENT = START.plusSeconds(4);
    private static final Whereabouts BACK = new Whereabouts(true, SENT, false, LEFT, List.of(COMMANDED));

    @Test
    void aDeviceThatSendsAtTheSourceAgainIsWhatTheLedgerSays() {
        assertThat(differences("MIGRATED", "MIGRATED", BACK)).isEmpty();
    }

    @Test
    void aReturnThatNoTelemetryShowsIsADifference() {
        Whereabouts silent = new Whereabouts(true, START.minusSeconds(9), false, LEFT, List.of(COMMANDED));

        assertThat(differences("MIGRATED", "MIGRATED", silent))
                .singleElement()
                .asString()
                .contains("last telemetry");
        assertThat(differences("MIGRATED", "FAILED", BACK))
                .singleElement()
                .asString()
                .contains("last telemetry");
    }

    @Test
    void aDeviceAtBothEndsIsADifference() {
        Whereabouts both = new Whereabouts(true, SENT, true, LEFT, List.of(COMMANDED));

        assertThat(differences("MIGRATED", "MIGRATED", both))
                .singleElement()
                .asString()
                .contains("at the target");
    }

    @Test
    void aCommandAfterTheDeviceLeftIsADifference() {
        Whereabouts again = new Whereabouts(true, SENT, false, LEFT, List.of(COMMANDED, LEFT.plusMillis(1)));

        assertThat(differences("MIGRATED", "MIGRATED", again))
                .singleElement()
                .asString()
                .contains("commanded again");
    }

    @Test
    void whatDidNotMoveIsNoPartOfTheReturn() {
        assertThat(differences("FAILED", "MIGRATED", BACK))
                .singleElement()
                .asString()
                .contains("had not moved");
        assertThat(ReturnLeg.compare(
                        List.of(new LedgerEntry("truck", "MIGRATED", "")), List.of(), Map.of("truck", BACK), START))
                .singleElement()
                .asString()
                .contains("missing from the return");
    }

    private static List<Reconciliation.Mismatch> differences(String forward, String back, Whereabouts truth) {
        return ReturnLeg.compare(
                List.of(new LedgerEntry("truck", forward, "")),
                List.of(new LedgerEntry("truck", back, "")),
                Map.of("truck", truth),
                START);
    }
}
