package io.drover.simulator.fleet;

import io.drover.simulator.fleet.behaviour.DelayRange;
import io.drover.simulator.load.LoadStage;
import java.time.Duration;
import java.util.List;

/**
 * How a scenario's devices come and wait, beside its usual rates.
 *
 * @param ramp stages in order; none for the scenario's {@code connectRate} all the time
 * @param jitter up to how much later than by the ramp a device starts
 * @param think how long a device waits between being connected and its telemetry
 * @param telemetryJitter up to how much longer than the interval a device waits for its next message
 */
public record LoadShape(List<LoadStage> ramp, Duration jitter, DelayRange think, Duration telemetryJitter) {
    /** The scenario's rates and nothing else. */
    public static final LoadShape PLAIN = new LoadShape(List.of(), Duration.ZERO, DelayRange.NONE, Duration.ZERO);

    /** Keeps its own copy of the list. */
    public LoadShape {
        ramp = List.copyOf(ramp);
    }

    /** The same with other stages. */
    public LoadShape withRamp(List<LoadStage> stages) {
        return new LoadShape(stages, jitter, think, telemetryJitter);
    }
}
