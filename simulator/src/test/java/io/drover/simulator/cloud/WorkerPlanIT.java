package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The worker's jar plans against a running cloud: each defect is named, and nothing at source or target changes. */
class WorkerPlanIT {
    private static final Path WORKER = Path.of("../worker/target/worker.jar").toAbsolutePath();

    @TempDir
    static Path data;

    private static RunningCloud cloud;

    @TempDir
    Path directory;

    private record Ended(int code, String out, String err) {}

    @BeforeAll
    static void startCloud() throws Exception {
        assertThat(WORKER).as("build the worker first: mvn package").exists();
        cloud = new RunningCloud(data);
        cloud.addDevice("truck-1");
        cloud.addDevice("truck-2");
        device("untemplated", new JsonObject());
        device(
                "simulated",
                new JsonObject().put("template", RunningCloud.TEMPLATE).put("simulated", true));
        device(
                "blocked",
                new JsonObject().put("template", RunningCloud.TEMPLATE).put("enabled", false));
        cloud.addDevice("truck#");
    }

    @AfterAll
    static void stopCloud() throws Exception {
        cloud.stop();
    }

    @BeforeEach
    void everyDeviceOfTheApplicationIsChosen() throws IOException {
        String source = "deviceGroup: " + RunningCloud.GROUP;
        String configuration = cloud.workerConfiguration().replace(source, "match: { id: \"*\" }");
        assertThat(configuration).doesNotContain(source);
        Files.writeString(directory.resolve("drover.yaml"), configuration);
    }

    @Test
    void aPlanNamesEachDefectAndChangesNothing() throws Exception {
        long before = changes();

        Ended csv = worker("plan", "--output=csv");
        Ended table = worker("plan");

        assertThat(csv.code()).as(csv.err()).isZero();
        assertThat(csv.out().lines().map(line -> line.replaceFirst("^([^,]*),[^,]*,([^,]*),.*", "$1 $2")))
                .containsExactlyInAnyOrder(
                        "device verdict",
                        "truck-1 READY",
                        "truck-2 READY",
                        "untemplated NO_TEMPLATE",
                        "simulated SIMULATED",
                        "blocked BLOCKED",
                        "truck# ID_REFUSED_BY_DPS");
        assertThat(table.out())
                .contains("6 devices selected, 2 can move")
                .contains("untemplated NO_TEMPLATE: has no device template.")
                .contains("CAPACITY target-hub.azure-devices.test: S1 with 1 unit")
                .contains("LINK target-dps: ID scope 0ne");
        assertThat(changes()).isEqualTo(before);
    }

    @Test
    void anApplyIsRefusedWithoutTheRequiredPlanAndOnceTheWorldHasChanged() throws Exception {
        long before = changes();
        String required = "--set=migration.requirePlan=true";

        Ended kept = worker("plan", "--save=plan.json", required);
        Ended without = worker("apply", required);
        cloud.addDevice("latecomer");
        Ended drifted;
        long after;
        try {
            drifted = worker("apply", "--plan=plan.json", required);
            after = changes();
        } finally {
            assertThat(cloud.central(HttpMethod.DELETE, "/api/devices/latecomer", null)
                            .statusCode())
                    .isEqualTo(204);
        }

        assertThat(kept.code()).as(kept.err()).isZero();
        assertThat(without.code()).isEqualTo(1);
        assertThat(without.err())
                .contains("migration.requirePlan asks for a plan")
                .contains("plan --save plan.json");
        assertThat(drifted.code()).isEqualTo(1);
        assertThat(drifted.err())
                .contains("1 device is in the selection now, but not in the plan: latecomer (READY)")
                .doesNotContain("linked hubs", "the configuration has changed", "Exception");
        assertThat(after).isEqualTo(before);
    }

    @Test
    void discoverListsWhatTheClientSees() throws Exception {
        Ended seen = worker("discover", "--application=" + RunningCloud.APPLICATION, "--output=csv");

        assertThat(seen.code()).as(seen.err()).isZero();
        assertThat(seen.out())
                .contains("subscription," + RunningCloud.SUBSCRIPTION + ",")
                .contains("application," + RunningCloud.APPLICATION + ",")
                .contains("provisioning-service,target-dps,")
                .contains("hub,target-hub,")
                .contains("device-group," + RunningCloud.GROUP + ",")
                .contains("told to move by migration*DeviceMove");
    }

    private static void device(String id, JsonObject device) throws Exception {
        assertThat(cloud.central(HttpMethod.PUT, "/api/devices/" + id, device).statusCode())
                .isEqualTo(200);
    }

    private static long changes() throws Exception {
        return cloud.control(HttpMethod.GET, "/control/changes", null)
                .bodyAsJsonObject()
                .getLong("total");
    }

    private Ended worker(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                WORKER.toString()));
        command.addAll(List.of(arguments));
        command.add("--config=drover.yaml");
        Path out = directory.resolve("out.txt");
        Path err = directory.resolve("err.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put(RunningCloud.SECRET_VARIABLE, RunningCloud.SECRET);
        Process process = builder.start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the worker did not end: " + Files.readString(err, StandardCharsets.UTF_8));
        }
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
