package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.drover.simulator.fleet.credential.FleetSecrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real worker moves fleets with every kind of credential, and keeps none. */
@Tag("long")
class CredentialMovesIT {
    private static final int DEVICES = 56;
    private static final int SEED = 3;

    private static final String FLEET = """
            name: credentials
            devices: 56
            seed: 3
            timeCompression: 20
            deviceId: "truck-%03d"
            telemetryInterval: 500ms
            connectRate: 200
            groups:
              - { name: group-key, weight: 4, behaviour: { type: obedient } }
              - { name: second, weight: 4, behaviour: { type: obedient }, enrollmentGroup: second }
              - { name: device-key, weight: 4, behaviour: { type: obedient }, credential: device-key }
              - { name: group-certificate, weight: 4, behaviour: { type: obedient }, credential: group-certificate, enrollmentGroup: plant }
              - { name: device-certificate, weight: 4, behaviour: { type: obedient }, credential: device-certificate }
              - { name: tpm, weight: 1, behaviour: { type: obedient }, credential: tpm }
            """;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"central-to-hub", "hub-to-hub"})
    void everyDeviceArrivesWhateverItProvesItselfWithAndNoKeyIsKept(String direction) throws Exception {
        Path scenario = Files.writeString(folder.resolve("scenario.yaml"), FLEET);
        RehearsalRun run =
                RehearsalRun.of(folder, "--direction=" + direction, "--scenario=" + scenario, "--timeout=200");
        JsonNode report = run.report();
        String output = run.output();
        assertThat(report.path("ledgerEqualsTruth").asBoolean()).isTrue();
        assertThat(report.path("states").path("MIGRATED").asInt()).as(output).isEqualTo(DEVICES);
        noKeyIsIn(output);
    }

    /** Nor in anything that the worker wrote: its log, its ledger, its reports. */
    private void noKeyIsIn(String output) throws IOException {
        FleetSecrets secrets = new FleetSecrets(SEED, null);
        List<String> keys = new ArrayList<>();
        keys.add(secrets.groupKeys("second").primary());
        for (int index = 0; index < DEVICES; index++) {
            FleetSecrets.Keys own = secrets.deviceKeys("truck-%03d".formatted(index));
            keys.add(own.primary());
            keys.add(own.secondary());
        }
        assertThat(output).doesNotContain(keys);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(each -> !each.endsWith("exchanges.ndjson"))
                    .toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(keys);
            }
        }
    }
}
