package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The packaged scenario of each kind of credential, moved by the real worker; all directions have their turn. */
@Tag("long")
class OneCredentialIT {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "group-key, central-to-central",
        "device-key, hub-to-hub",
        "group-certificate, hub-to-central",
        "device-certificate, central-to-hub",
        "tpm, hub-to-central"
    })
    void everyDeviceArrives(String scenario, String direction) throws Exception {
        RehearsalRun run =
                RehearsalRun.of(folder, "--direction=" + direction, "--scenario=" + scenario, "--timeout=100");
        JsonNode report = run.report();
        int devices = report.path("devices").asInt();

        assertThat(devices).isPositive();
        assertThat(report.path("ledgerEqualsTruth").asBoolean()).isTrue();
        assertThat(report.path("states").path("MIGRATED").asInt())
                .as(run.output())
                .isEqualTo(devices);
    }
}
