package io.drover.simulator.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.drover.simulator.cloud.CloudCommand;
import io.drover.simulator.fleet.FleetCommand;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What is refused at the start because the system would refuse it halfway. */
class OpenFilesTest {
    private static final int TOO_MANY = 2_000_000;

    @TempDir
    Path folder;

    private final StringWriter err = new StringWriter();

    @BeforeEach
    void aLimitThatIsMeant() {
        assumeThat(OpenFiles.limit()).isLessThan(TOO_MANY);
    }

    @Test
    void asManyProcessesAsTheLimitNeeds() {
        assertThat(OpenFiles.processesFor(0)).isEqualTo(1);
        assertThat(OpenFiles.processesFor(1)).isEqualTo(1);
        int processes = OpenFiles.processesFor(100_000);
        assertThat(OpenFiles.refusal((100_000 + processes - 1) / processes, "")).isEmpty();
    }

    @Test
    void aCloudThatCouldNotHoldItsDevicesSaysSoAndHowManyGatewaysCould() {
        int exit = run(new CloudCommand(), "--gateways=0", "--expected-devices=" + TOO_MANY, "--data-dir=" + folder);

        assertThat(exit).isEqualTo(1);
        assertThat(err.toString())
                .contains("open files")
                .contains("give --gateways " + OpenFiles.processesFor(TOO_MANY));
    }

    @Test
    void aFleetThatCouldNotHoldItsDevicesSaysSo() throws Exception {
        Path authority = Files.createFile(folder.resolve("ca.pem"));

        int exit = run(
                new FleetCommand(),
                "--control=http://127.0.0.1:1",
                "--mqtt-port=1",
                "--ca=" + authority,
                "--application=app",
                "--devices=" + TOO_MANY,
                "--processes=1");

        assertThat(exit).isEqualTo(1);
        assertThat(err.toString()).contains("open files").contains("--processes");
    }

    private int run(Object command, String... arguments) {
        return new CommandLine(command).setErr(new PrintWriter(err, true)).execute(arguments);
    }
}
