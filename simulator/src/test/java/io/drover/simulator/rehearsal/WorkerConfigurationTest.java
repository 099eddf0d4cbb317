package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.ScenarioLoader;
import io.drover.simulator.fleet.credential.CredentialKind;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

    @Test
    void theAuthoritiesAndCertificatesOfAFleetAreGivenToTheWorkerButThoseWithheld(@TempDir Path folder)
            throws Exception {
        Scenario scenario = ScenarioLoader.load("credentials").withDevices(40);

        JsonNode credentials = new WorkerCredentials(folder, scenario).write();

        JsonNode authority = credentials.path("signingCertificates").path(0);
        assertThat(authority.path("group").asText()).isEqualTo("plant");
        assertThat(Path.of(authority.path("certificate").asText())).content().startsWith("-----BEGIN CERTIFICATE-----");
        assertThat(Path.of(authority.path("key").asText())).content().startsWith("-----BEGIN PRIVATE KEY-----");
        Path devices = Path.of(credentials.path("deviceCertificates").asText());
        for (int index = 0; index < scenario.devices(); index++) {
            Path file = devices.resolve(scenario.deviceId(index) + ".pem");
            if (scenario.groupOf(index).credential() == CredentialKind.DEVICE_CERTIFICATE) {
                assertThat(file).content().doesNotContain("PRIVATE").containsPattern("(?s)BEGIN CERT.*BEGIN CERT");
            } else {
                assertThat(file).doesNotExist();
            }
        }
        assertThat(new WorkerCredentials(folder, ScenarioLoader.load("defects")).write())
                .isEmpty();
        assertThat(new WorkerCredentials(folder, ScenarioLoader.load("mixed")).write())
                .isEmpty();
    }
}
