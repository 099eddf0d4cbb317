package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class WorkerConfigurationTest {
    private final ObjectMapper json = new ObjectMapper();

    @Test
    void aScenariosSectionsAreMergedNullRemovesAndAListReplaces() throws Exception {
        JsonNode usual = json.readTree("{\"migration\":{\"name\":\"r\",\"attempts\":3},\"waves\":[1,2],\"ledger\":{}}");
        JsonNode patch =
                json.readTree("{\"migration\":{\"attempts\":null,\"rollout\":{\"seed\":\"7\"}},\"waves\":[3]}");

        assertThat(WorkerConfiguration.merged(usual, patch))
                .isEqualTo(json.readTree(
                        "{\"migration\":{\"name\":\"r\",\"rollout\":{\"seed\":\"7\"}},\"waves\":[3],\"ledger\":{}}"));
    }
}
