package io.drover.worker.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** The hot spots by their ratio to one SHA-256; a short run, whose seconds say nothing. */
class HotSpotsIT {
    /** Five times what is measured: six rows of thirty values are made beside one digest of 30 bytes. */
    private static final double MOST_OF_A_MOVE = 150;

    private static final double MOST_OF_OLD_EVIDENCE = 20;
    private static final double MOST_OF_IDS = 10;

    @Test
    void theStateMachineCostsLittleBesideWhatTheLedgerDoes() throws Exception {
        Map<String, Double> micros = new Runner(new OptionsBuilder()
                        .include(HotSpots.class.getName())
                        .forks(0)
                        .warmupIterations(2)
                        .warmupTime(TimeValue.milliseconds(500))
                        .measurementIterations(3)
                        .measurementTime(TimeValue.milliseconds(300))
                        .build())
                .run().stream()
                        .collect(Collectors.toMap(
                                result -> result.getPrimaryResult().getLabel(),
                                result -> result.getPrimaryResult().getScore()));
        double digest = micros.get("bareDigest");
        assertThat(digest).isPositive();
        assertThat(micros.get("aWholeMove") / digest).as("%s", micros).isLessThan(MOST_OF_A_MOVE);
        assertThat(micros.get("evidenceThatIsOld") / digest).as("%s", micros).isLessThan(MOST_OF_OLD_EVIDENCE);
        assertThat(micros.get("idsOfAnAttempt") / digest).as("%s", micros).isLessThan(MOST_OF_IDS);
    }
}
