package io.drover.simulator.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** The hot spots by their ratios to what cannot be done without; a short run, whose seconds say nothing. */
class HotSpotsIT {
    /** Two to three times what is measured (docs/performance.md). */
    private static final double MOST_OF_A_CHECK = 6;

    private static final double MOST_OF_A_SIGNATURE = 6;
    private static final double MOST_OF_A_QUERY = 2;

    @Test
    void whatIsDoneForEachDeviceCostsLittleMoreThanItsHmac() throws Exception {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(HotSpots.class.getName())
                        .exclude("parsing")
                        .forks(0)
                        .warmupIterations(2)
                        .warmupTime(TimeValue.milliseconds(500))
                        .measurementIterations(3)
                        .measurementTime(TimeValue.milliseconds(300))
                        .build())
                .run();

        Map<String, Double> micros = results.stream()
                .collect(Collectors.toMap(
                        result -> result.getPrimaryResult().getLabel(),
                        result -> result.getPrimaryResult().getScore()));
        double hmac = micros.get("bareHmac");
        assertThat(hmac).isPositive();
        assertThat(micros.get("checkOfAToken") / hmac).as("%s", micros).isLessThan(MOST_OF_A_CHECK);
        assertThat(micros.get("signingOfAToken") / hmac).as("%s", micros).isLessThan(MOST_OF_A_SIGNATURE);
        assertThat(micros.get("queryOfADevice") / hmac).as("%s", micros).isLessThan(MOST_OF_A_QUERY);
    }
}
