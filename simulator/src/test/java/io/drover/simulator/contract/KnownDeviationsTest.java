package io.drover.simulator.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KnownDeviationsTest {
    private static final String HEADING = "## Deviations from the OpenAPI documents";

    @Test
    void theFidelityPageListsExactlyTheKnownDeviations() throws Exception {
        List<String> rows = Files.readString(Path.of("../docs/simulator-fidelity.md"))
                .split(HEADING, -1)[1]
                .lines()
                .filter(line -> line.startsWith("| "))
                .skip(1)
                .toList();

        assertThat(rows)
                .containsExactlyElementsOf(KnownDeviations.ALL.stream()
                        .map(KnownDeviations.Deviation::row)
                        .toList());
    }

    @Test
    void whatNoDeviationExplainsIsLeft() {
        String explained = "iothub-service-2021-04-12 GET /devices/{id} answer 404: the status is not documented";
        String unexplained = "iothub-service-2021-04-12 GET /devices/{id} answer 200: $.deviceId is no string";

        assertThat(KnownDeviations.unexplained(Set.of(explained, unexplained))).containsExactly(unexplained);
    }
}
