package io.drover.simulator.fleet;

import io.drover.simulator.load.LoadGrammar;
import io.drover.simulator.load.LoadProfile;
import io.drover.simulator.load.LoadSchedule;
import io.drover.simulator.load.LoadStage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of a fleet that say how its devices come, and what is kept of that. */
public final class LoadOptions {
    @Option(names = "--connect-rate", description = "Devices started per second instead of the scenario's")
    Integer connectRate;

    @Option(
            names = "--ramp",
            paramLabel = "STAGES",
            description = "When devices start instead of the scenario's ramp, such as"
                    + " linear:10..200/60s,exponential:200..400/30s,step:200/30s,step:100..400/10s*4,storm:1000")
    String ramp;

    @Option(
            names = "--lag-limit",
            paramLabel = "TIME",
            defaultValue = "250ms",
            description =
                    "The load is invalid when the latest of a hundred starts is later (default: ${DEFAULT-VALUE})")
    String lagLimit;

    @Option(names = "--csv", paramLabel = "FILE", description = "Where a row for each device is written at the end")
    Path csv;

    @Option(names = "--device-log", description = "Keep a row for each device, for /fleet/devices.csv: 64 bytes each")
    boolean deviceLog;

    @Option(
            names = "--hdr-log",
            paramLabel = "FILE",
            description = "Where HdrHistogram's interval log is written, each second, with a tag for each step")
    Path hdrLog;

    /** The scenario as these options change it; refuses what is no ramp. */
    public Scenario applied(Scenario scenario, String source) throws ScenarioException {
        if (ramp != null && connectRate != null) {
            throw new ScenarioException(source, List.of("give --ramp or --connect-rate, not both"));
        }
        if (connectRate != null) {
            return scenario.withConnectRate(Math.max(1, connectRate));
        }
        if (ramp == null) {
            return scenario;
        }
        try {
            List<LoadStage> stages = LoadGrammar.stages(ramp);
            LoadProfile.of(stages, scenario.connectRate());
            return scenario.withRamp(stages);
        } catch (IllegalArgumentException wrong) {
            throw new ScenarioException(source, List.of("--ramp: " + wrong.getMessage()));
        }
    }

    /** How late the latest of a hundred starts may be. */
    public Duration limit() throws ScenarioException {
        return LoadGrammar.duration(lagLimit)
                .filter(time -> !time.isZero())
                .orElseThrow(() -> new ScenarioException(
                        "--lag-limit",
                        List.of("'" + lagLimit + "' is no time; give one such as " + LoadSchedule.LAG_LIMIT.toMillis()
                                + "ms or 1s")));
    }

    /** Whether a row is kept for each device. */
    public boolean rows() {
        return deviceLog || csv != null;
    }

    /** What a process that has a part of the devices is told of them. */
    public List<String> ofChild() {
        List<String> arguments = new ArrayList<>(List.of("--lag-limit=" + lagLimit));
        if (connectRate != null) {
            arguments.add("--connect-rate=" + connectRate);
        }
        if (ramp != null) {
            arguments.add("--ramp=" + ramp);
        }
        if (rows()) {
            arguments.add("--device-log");
        }
        return arguments;
    }
}
