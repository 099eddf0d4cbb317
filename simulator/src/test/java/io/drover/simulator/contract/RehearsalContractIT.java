package io.drover.simulator.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every request that the real worker makes in rehearsals, and every answer it gets, against Microsoft's OpenAPI documents. */
class RehearsalContractIT {
    @TempDir
    Path folder;

    @Test
    void theWorkersRequestsAndTheAnswersConformWhenItMovesDevicesOutOfIotCentral() throws Exception {
        Set<String> used = conforming("--devices=50", "--seed=5");

        assertThat(used)
                .contains(
                        "iotcentral-dataplane-2022-07-31 POST /devices/{deviceId}/components/{componentName}/commands/{commandName}",
                        "dps-service-2021-10-01 PUT /enrollmentGroups/{id}",
                        "iothub-service-2021-04-12 POST /devices/query");
    }

    @Test
    void theWorkersRequestsAndTheAnswersConformWhenItMovesDevicesFromHubToHub() throws Exception {
        Set<String> used = conforming("--devices=50", "--seed=6", "--direction=hub-to-hub");

        assertThat(used).contains("iothub-service-2021-04-12 POST /twins/{deviceId}/methods");
    }

    /** Rehearses, holds the whole recording against the documents and tells which operations were used with success. */
    private Set<String> conforming(String... arguments) throws Exception {
        Optional<Path> documents = OpenApiContract.folder();
        assumeTrue(documents.isPresent(), OpenApiContract.absence());
        Path recording = folder.resolve("exchanges.ndjson");
        rehearse(recording, arguments);
        OpenApiContract contract = OpenApiContract.read(documents.get());
        List<Exchange> exchanges = Exchange.read(recording);
        assertThat(KnownDeviations.unexplained(contract.problems(exchanges, true)))
                .isEmpty();
        return contract.used(exchanges);
    }

    private void rehearse(Path recording, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                "target/simulator.jar",
                "rehearse",
                "--work-dir=" + folder,
                "--timeout=120"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("DROVER_RECORD", recording.toString());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }
}
