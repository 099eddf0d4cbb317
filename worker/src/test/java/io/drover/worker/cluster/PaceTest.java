package io.drover.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long START = 1_800_000_000_000_000L;

    /** Whatever is asked for, by workers whose clocks differ: no second holds more slots than the limit. */
    @Property(tries = 300)
    void noSecondHoldsMoreThanTheLimit(
            @ForAll @DoubleRange(min = 0.5, max = 500) double limit,
            @ForAll @Size(min = 1, max = 40) List<@IntRange(min = 1, max = 60) Integer> asks,
            @ForAll @LongRange(min = 0, max = 400_000) long between,
            @ForAll @LongRange(min = -2_000_000, max = 2_000_000) long skew) {
        Pace pace = new Pace(0, Pace.thousandths(limit), 0, 0);
        List<Long> slots = new ArrayList<>();
        long now = START;
        boolean second = false;
        for (int calls : asks) {
            pace = pace.reserved(second ? now + skew : now, limit, calls);
            PaceStore.Slots got = pace.slots(calls);
            for (int i = 0; i < calls; i++) {
                slots.add(micros(got.first().plus(got.apart().multipliedBy(i))));
            }
            second = !second;
            now += between;
        }

        int most = 0;
        for (int first = 0, last = 0; last < slots.size(); last++) {
            assertThat(last == 0 || slots.get(last) >= slots.get(last - 1)).isTrue();
            while (slots.get(last) - slots.get(first) >= 1_000_000) {
                first++;
            }
            most = Math.max(most, last - first + 1);
        }
        assertThat(most).isLessThanOrEqualTo((int) Math.ceil(limit * 1.001) + 1);
    }

    @Test
    void a429ClosesAndHalvesOnceHoweverManyAnswerIt() {
        Pace pace = new Pace(START, Pace.thousandths(100), 5, 0);
        Pace slowed = pace.throttled(START, 100, Duration.ofSeconds(3));
        Pace again = slowed.reserved(START + 10, 100, 1).throttled(START + 200_000, 100, Duration.ofSeconds(1));

        assertThat(slowed.nextAt()).isEqualTo(START + 3_000_000);
        assertThat(slowed.rate()).isEqualTo(50_000);
        assertThat(again.rate()).isEqualTo(50_000);
        assertThat(again.throttled(START + 1_500_000, 100, Duration.ZERO).rate())
                .isEqualTo(25_000);
    }

    @Test
    void theRateComesBackWithCallsAndNeverExceedsTheLimit() {
        Pace pace = new Pace(START, Pace.thousandths(100), 0, 0).throttled(START, 100, Duration.ZERO);
        int calls = 0;
        while (pace.rate() < 100_000 && calls < 10_000) {
            pace = pace.reserved(START, 100, 10);
            calls += 10;
            assertThat(pace.rate()).isLessThanOrEqualTo(100_000);
        }
        assertThat(calls).isBetween(500, 1500);
        assertThat(pace.reserved(START, 20, 1).rate()).isEqualTo(20_000);
    }

    @Test
    void aCapThatARolloutRaisesIsInForceAtOnce() {
        Pace capped = new Pace(START, Pace.thousandths(8), 0, 0).reserved(START, 8, 1);

        assertThat(capped.reserved(START, 16, 1).rate()).isEqualTo(16_000);
        assertThat(capped.throttled(START, 8, Duration.ZERO)
                        .reserved(START, 16, 1)
                        .rate())
                .isEqualTo(4_000);
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }
}
