package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KillsTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void aKillAtAShareComesOnceWhenSoManyHaveMigrated() {
        Kills kills = new Kills(List.of(0.3), 0, 1);

        assertThat(kills.due(0.29, 0.29, START, START, START)).isFalse();
        assertThat(kills.due(0.3, 0.3, START, START, START)).isTrue();
        assertThat(kills.due(0.9, 0.9, START, START, START)).isFalse();
        assertThat(kills.done()).isEqualTo(1);
    }

    @Test
    void randomKillsAreAsManyAsAskedForAndSpreadOverTheMigration() {
        List<Double> moments = momentsOf(new Kills(List.of(), 20, 7));

        assertThat(moments).hasSize(20);
        assertThat(moments.stream().filter(share -> share < 0.34)).hasSizeBetween(3, 12);
        assertThat(moments.stream().filter(share -> share > 0.66)).hasSizeBetween(3, 12);
    }

    @Test
    void theSameSeedGivesTheSameMoments() {
        assertThat(momentsOf(new Kills(List.of(), 20, 7))).isEqualTo(momentsOf(new Kills(List.of(), 20, 7)));
        assertThat(momentsOf(new Kills(List.of(), 20, 7))).isNotEqualTo(momentsOf(new Kills(List.of(), 20, 8)));
    }

    /** A migration of 100 s in which each new worker tells its progress after two seconds. */
    private static List<Double> momentsOf(Kills kills) {
        List<Double> moments = new ArrayList<>();
        Instant started = START;
        for (int tenths = 0; tenths <= 1000; tenths++) {
            Instant now = START.plusMillis(tenths * 100L);
            double share = tenths / 1000.0;
            Instant working = now.isBefore(started.plusSeconds(2)) ? null : started.plusSeconds(2);
            if (kills.due(share, share, now, started, working)) {
                moments.add(share);
                started = now;
            }
        }
        return moments;
    }
}
