package io.drover.worker.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.db.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What must not grow with the number of devices, as ratios within one run; {@link ScaleBench} has the seconds. */
@Tag("long")
@ParameterizedClass
@EnumSource(TestDatabase.class)
class ScaleIT {
    private static final int FEW = 2_000;
    private static final int MANY = 20_000;
    private static final int TRIES = 3;
    /** A statement that goes through all devices each time costs ten times as much at ten times their number. */
    private static final double MOST_GROWTH = 2;

    private static final Duration LONGEST = Duration.ofMinutes(2);

    @Parameter
    TestDatabase database;

    @TempDir
    Path directory;

    private int ledgers;

    @Test
    void aDeviceCostsTheSameHoweverManyThereAreAndSharesItsTransactions() throws Exception {
        double growth = Double.MAX_VALUE;
        for (int again = 0; again < TRIES && growth > MOST_GROWTH; again++) {
            double few = cost(FEW);
            growth = cost(MANY) / few;
        }

        assertThat(growth).isLessThanOrEqualTo(MOST_GROWTH);
    }

    private double cost(int devices) throws Exception {
        Path folder = Files.createDirectory(directory.resolve("ledger-" + ++ledgers));
        try (PipelineRun run = new PipelineRun(database.fresh(folder), devices)) {
            PipelineRun.Times times = run.run(LONGEST);
            if (devices == MANY) {
                assertThat(run.transactions()).as("transactions").isLessThan(MANY / 20);
            }
            return times.microsPerDevice();
        }
    }
}
