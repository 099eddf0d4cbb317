package io.drover.worker.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drover.worker.migration.MaintenanceWindow;
import io.drover.worker.migration.RatePolicy;
import io.drover.worker.migration.RolloutPolicy;
import io.drover.worker.migration.StopRule;
import io.drover.worker.migration.WavePolicy;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class EstimateTest {
    private static final Instant MONDAY_NOON = Instant.parse("2026-11-23T12:00:00Z");

    @Test
    void theLimitSetsTheTimeAndTheLastDeviceHasToArrive() {
        Estimate estimate = Estimate.of(List.of(10_000L), 16, policy(RatePolicy.UNLIMITED, List.of()), 1, MONDAY_NOON);

        assertThat(estimate.moving()).isEqualTo(Duration.ofSeconds(625 + 15));
        assertThat(estimate.shortest()).isEqualTo(Duration.ofSeconds(625 + 5));
        assertThat(estimate.longest()).isGreaterThan(estimate.moving());
    }

    @Test
    void eachWaveWaitsForTheArrivalsOfTheOneBefore() {
        RolloutPolicy policy = policy(RatePolicy.UNLIMITED, List.of());

        Estimate one = Estimate.of(List.of(1_000L), 10, policy, 1, MONDAY_NOON);
        Estimate four = Estimate.of(List.of(250L, 0L, 250L, 250L, 250L), 10, policy, 1, MONDAY_NOON);

        // Three more waves: an arrival and a change of waves each. An empty wave costs nothing.
        assertThat(four.moving()).isEqualTo(one.moving().plusSeconds(3 * 16));
    }

    @Test
    void aRateThatGrowsWithArrivalsIsFollowedUpToTheLimit() {
        RatePolicy doubling = new RatePolicy(100, 1, 2, 10);

        Estimate estimate = Estimate.of(List.of(1_000L), 8, policy(doubling, List.of()), 1, MONDAY_NOON);

        // At 1/s ten devices take 10 s and their arrival 15 s: 25 s until the rate doubles for the first time.
        assertThat(estimate.moving().toMillis() / 1000.0).isBetween(1_000 / 8.0 + 15 + 15, 1_000.0);
        Estimate steady = Estimate.of(List.of(1_000L), 8, policy(RatePolicy.UNLIMITED, List.of()), 1, MONDAY_NOON);
        assertThat(estimate.moving()).isGreaterThan(steady.moving().plusSeconds(20));
        assertThat(estimate.moving()).isLessThan(steady.moving().plusSeconds(60));
    }

    @Test
    void timeOutsideOfWindowsIsCounted() {
        MaintenanceWindow oneHour = new MaintenanceWindow(
                EnumSet.allOf(DayOfWeek.class), LocalTime.of(12, 0), LocalTime.of(13, 0), ZoneId.of("UTC"));

        Estimate estimate =
                Estimate.of(List.of(5_400L), 1, policy(RatePolicy.UNLIMITED, List.of(oneHour)), 1, MONDAY_NOON);

        // An hour today, half an hour tomorrow.
        assertThat(estimate.moving().toSeconds())
                .isCloseTo(Duration.ofHours(24).plusMinutes(30).plusSeconds(15).toSeconds(), within(5L));
    }

    @Test
    void waitingForTheFirstWindowIsNotMoving() {
        MaintenanceWindow evening = new MaintenanceWindow(
                EnumSet.allOf(DayOfWeek.class), LocalTime.of(20, 0), LocalTime.of(23, 0), ZoneId.of("UTC"));

        Estimate estimate =
                Estimate.of(List.of(60L), 1, policy(RatePolicy.UNLIMITED, List.of(evening)), 1, MONDAY_NOON);

        assertThat(estimate.moving()).isEqualTo(Duration.ofSeconds(60 + 15));
    }

    @Test
    void nothingToMoveTakesNoTime() {
        assertThat(Estimate.of(List.of(0L), 16, policy(RatePolicy.UNLIMITED, List.of()), 1, MONDAY_NOON)
                        .moving())
                .isZero();
    }

    @Property(tries = 200)
    void aSlowStartNeverEndsSoonerAndAlwaysEnds(
            @ForAll @LongRange(min = 1, max = 300_000) long devices,
            @ForAll @DoubleRange(min = 0.1, max = 500) double limit,
            @ForAll @DoubleRange(min = 0.01, max = 500) double start,
            @ForAll @LongRange(min = 1, max = 1_000) long every) {
        RolloutPolicy slow = policy(new RatePolicy(1_000, start, 1.5, every), List.of());
        RolloutPolicy fast = policy(RatePolicy.UNLIMITED, List.of());

        Duration slowed =
                Estimate.of(List.of(devices), limit, slow, 1, MONDAY_NOON).moving();

        assertThat(slowed)
                .isGreaterThanOrEqualTo(Estimate.of(List.of(devices), limit, fast, 1, MONDAY_NOON)
                        .moving()
                        .minusMillis(5));
    }

    private static RolloutPolicy policy(RatePolicy rate, List<MaintenanceWindow> windows) {
        return new RolloutPolicy(
                RolloutPolicy.Order.ID,
                0,
                null,
                false,
                null,
                windows,
                rate,
                StopRule.NEVER,
                null,
                List.of(WavePolicy.rest()));
    }
}
