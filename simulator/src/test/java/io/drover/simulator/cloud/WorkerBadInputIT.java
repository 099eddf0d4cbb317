package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.process.LocalPorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The worker's jar against a running cloud: what a person sees after a mistake, and that nothing is half done. */
class WorkerBadInputIT {
    @TempDir
    static Path data;

    private static RunningCloud cloud;

    @TempDir
    Path directory;

    @BeforeAll
    static void startCloud() throws Exception {
        cloud = new RunningCloud(data);
        cloud.addDevice("truck-1");
    }

    @AfterAll
    static void stopCloud() throws Exception {
        cloud.stop();
    }

    @BeforeEach
    void writeConfiguration() throws IOException {
        write(text -> text);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake("tenant:", "tenannt:", "line 3, entra.tenannt: is not a known key", "Did you mean 'tenant'?"),
                mistake("answer: 5s", "answer: soon", "migration.deadlines.answer: 'soon' is not a duration"),
                mistake(
                        "application: source-app",
                        "application: nope",
                        "no IoT Central application 'nope'",
                        "source-app"),
                mistake("deviceGroup: all-devices", "deviceGroup: nope", "no device group 'nope'", "all-devices"),
                mistake(
                        "deviceGroup: all-devices",
                        "deviceGroup: all-devices, deviceTemplate: 'dtmi:x;1'",
                        "no device template 'dtmi:x;1'",
                        RunningCloud.TEMPLATE),
                mistake("target-dps", "nope-dps", "no provisioning service 'nope-dps'", "target-dps"),
                mistake("target-dps", "unlinked-dps", "'unlinked-dps' has no linked IoT hub", "Link the target hub"),
                mistake("source-app", "still-app", "No command DeviceMove in dtmi:drover:still;1", "publish it"),
                mistake("clientId: 33", "clientId: 44", "Entra did not sign in client 44", "Check entra.tenant"),
                mistake("trustedCa:", "# trustedCa:", "TLS failed", "network.trustedCa"),
                mistake("ledger.db", "nowhere/ledger.db", "There is no folder", "ledger.url"));
    }

    private static Arguments mistake(String right, String wrong, String... said) {
        return Arguments.of(right, wrong, List.of(said));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("mistakes")
    void aMistakeIsToldInOneMessageAndNothingIsDone(String right, String wrong, List<String> said) throws Exception {
        write(text -> text.replace(right, wrong));

        assertRefused(worker(RunningCloud.SECRET, "apply", "--config", "drover.yaml"), said);
    }

    @Test
    void aWrongSecretIsToldWithoutShowingIt() throws Exception {
        WorkerProgram.Ended ended = worker("not-the-secret", "apply", "--config", "drover.yaml");

        assertRefused(ended, List.of("Entra did not sign in", "Invalid client secret", "Check entra.tenant"));
        assertThat(ended.err()).doesNotContain("not-the-secret");
    }

    @Test
    void allMistakesOfAFileAreToldAtOnce() throws Exception {
        write(text -> text.replace("tenant:", "tenannt:").replace("5s", "soon").replace("port: 0", "port: high"));

        WorkerProgram.Ended ended = worker(RunningCloud.SECRET, "plan", "--config", "drover.yaml");

        assertRefused(
                ended, List.of("entra.tenant: is missing", "entra.tenannt", "deadlines.telemetry", "management.port"));
    }

    @Test
    void aPortInUseIsNamedWithTheKeyThatSetsIt() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            write(text -> text.replace("127.0.0.1, port: 0", "127.0.0.1, port: " + taken.getLocalPort()));

            WorkerProgram.Ended ended = worker(RunningCloud.SECRET, "apply", "--config", "drover.yaml");

            assertRefused(ended, List.of("Cannot listen on 127.0.0.1:" + taken.getLocalPort(), "management.port"));
        }
    }

    @Test
    void anUnreachableAuthorityIsNamed() throws Exception {
        int free = LocalPorts.free();
        write(text -> text.replace("port: " + cloud.ports().https(), "port: " + free));

        assertRefused(
                worker(RunningCloud.SECRET, "plan", "--config", "drover.yaml"),
                List.of("cannot be reached", "network.connectTo"));
    }

    @Test
    void aMisspeltOptionOrVerbIsNamed() throws Exception {
        assertRefused(
                worker(RunningCloud.SECRET, "apply", "--confg", "drover.yaml"), List.of("--confg", "apply --help"));
        assertRefused(worker(RunningCloud.SECRET, "aply"), List.of("aply", "worker --help"));
    }

    @Test
    void aVerbOnALedgerThatIsNotThereSaysWhereItLooked() throws Exception {
        assertRefused(
                worker(RunningCloud.SECRET, "pause", "--config", "drover.yaml"),
                List.of("There is no ledger at", "ledger.db", "Run apply first"));
    }

    @Test
    void aDeviceIdThatNeedsPercentEncodingIsCommandedOrExcludedWithItsReason() throws Exception {
        cloud.addDevice("truck:7");
        cloud.addDevice("50%#?truck");

        WorkerProgram.Ended ended = worker(RunningCloud.SECRET, "apply", "--config", "drover.yaml");
        WorkerProgram.Ended report =
                worker(RunningCloud.SECRET, "report", "--config", "drover.yaml", "--output", "csv");

        assertThat(ended.code()).as(ended.err()).isEqualTo(2);
        assertThat(report.out().lines())
                .anySatisfy(line -> assertThat(line).startsWith("50%#?truck,EXCLUDED,ID_REFUSED_BY_DPS"))
                .anySatisfy(line -> assertThat(line).startsWith("truck:7,FAILED,DEVICE_OFFLINE"));
        assertThat(cloud.targetEnrollmentGroups()).hasSize(1);
    }

    private void assertRefused(WorkerProgram.Ended ended, List<String> said) throws Exception {
        assertThat(ended.code()).as(ended.err()).isEqualTo(1);
        assertThat(ended.out()).doesNotContain("devices");
        assertThat(ended.err()).contains(said);
        assertThat(ended.err()).doesNotContain("Exception", "\tat ", "java.", "io.drover", "io.vertx", "null");
        assertThat(directory.resolve("ledger.db")).doesNotExist();
    }

    private void write(UnaryOperator<String> mistake) throws IOException {
        Files.writeString(directory.resolve("drover.yaml"), mistake.apply(cloud.workerConfiguration()));
    }

    private WorkerProgram.Ended worker(String secret, String... arguments) throws Exception {
        return new WorkerProgram(directory).run(Map.of(RunningCloud.SECRET_VARIABLE, secret), arguments);
    }
}
