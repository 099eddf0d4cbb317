package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TwinComparisonTest {
    private static final Instant WHEN = Instant.parse("2026-01-01T00:00:00Z");

    private final ObjectMapper json = new ObjectMapper();

    @Test
    void whatATargetAddsIsNoDifferenceAndANumberIsTheSameHoweverItIsWritten() throws Exception {
        TwinComparison comparison = TwinComparison.of(
                Map.of("d1", twin("{\"site\":\"lyon\"}", "{\"limit\":20}")),
                Map.of("d1", twin("{\"site\":\"lyon\",\"wave\":1}", "{\"limit\":20.0}")),
                List.of(device("d1", true)));

        assertThat(comparison.holds()).isTrue();
        assertThat(comparison.compared()).isEqualTo(1);
    }

    @Test
    void whatIsMissingOrAnotherValueIsNamed() throws Exception {
        TwinComparison comparison = TwinComparison.of(
                Map.of("d1", twin("{\"site\":\"lyon\"}", "{\"limit\":20}")),
                Map.of("d1", twin("{}", "{\"limit\":21}")),
                List.of(device("d1", true)));

        assertThat(comparison.differences())
                .containsExactly(new Reconciliation.Mismatch(
                        "d1", "desired.limit is 21 instead of 20, tags.site is missing instead of \"lyon\""));
    }

    @Test
    void aDeviceThatDidNotMoveIsNotCompared() throws Exception {
        TwinComparison comparison = TwinComparison.of(
                Map.of("d1", twin("{\"site\":\"lyon\"}", "{}")), Map.of(), List.of(device("d1", false)));

        assertThat(comparison.compared()).isZero();
        assertThat(comparison.holds()).isTrue();
    }

    private JsonNode twin(String tags, String desired) throws Exception {
        return json.readTree("{\"tags\":" + tags + ",\"desired\":" + desired + "}");
    }

    private static DeviceTruth device(String id, boolean moved) {
        return new DeviceTruth(
                id,
                List.of(WHEN),
                Optional.of(WHEN),
                Optional.of(WHEN),
                Optional.of(WHEN),
                Optional.of(WHEN),
                moved ? Optional.of(WHEN) : Optional.empty(),
                Optional.of(WHEN),
                false);
    }
}
