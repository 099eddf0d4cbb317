package io.drover.simulator.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadProfileTest {
    @Property(tries = 300)
    void intendedStartsNeverGoBackAndStagesHaveTheirExactCounts(@ForAll("profiles") LoadProfile profile) {
        long last = -1;
        long end = profile.time().toNanos();
        long before = 0;
        for (long operation = 0; operation < Math.min(profile.operations() + 50, 5_000); operation++) {
            long nanos = profile.intendedNanos(operation);
            assertThat(nanos).isGreaterThanOrEqualTo(last);
            last = nanos;
            before += operation < profile.operations() ? 1 : 0;
            if (operation >= profile.operations()) {
                assertThat(nanos).isGreaterThanOrEqualTo(end);
            } else {
                assertThat(nanos).isLessThanOrEqualTo(end);
            }
        }
        assertThat(before).isEqualTo(Math.min(profile.operations(), 5_000));
    }

    @Property(tries = 300)
    void theAmountAtAnIntendedStartIsTheOperationsNumber(@ForAll("stages") LoadStage stage) {
        LoadProfile profile = LoadProfile.of(List.of(stage), 1);
        double seconds = stage.time().toNanos() / 1e9;
        for (long operation = 0; operation < Math.min(profile.operations(), 500); operation++) {
            double at = profile.intendedNanos(operation) / 1e9;
            double amount = switch (kind(stage)) {
                case "Linear" -> {
                    LoadStage.Linear linear = (LoadStage.Linear) stage;
                    yield linear.from() * at + (linear.to() - linear.from()) * at * at / 2 / seconds;
                }
                case "Exponential" -> {
                    LoadStage.Exponential growing = (LoadStage.Exponential) stage;
                    double growth = Math.log(growing.to() / growing.from()) / seconds;
                    yield growth == 0 ? growing.from() * at : growing.from() / growth * Math.expm1(growth * at);
                }
                case "Step" -> ((LoadStage.Step) stage).rate() * at;
                default -> operation;
            };
            assertThat(amount).isCloseTo((double) operation, within(1e-4 * Math.max(1, operation)));
        }
    }

    @Property(tries = 200)
    void partsOfALoadThatAreCutByIndexMakeUpTheWhole(
            @ForAll("profiles") LoadProfile profile, @ForAll @IntRange(min = 1, max = 7) int parts) {
        long[] whole = new long[400];
        for (int part = 0; part < parts; part++) {
            for (int operation = part; operation < whole.length; operation += parts) {
                whole[operation] = profile.intendedNanos(operation);
            }
        }
        assertThat(whole).isSorted();
    }

    @Test
    void aSteadyRateDoesNotDriftInTenDays() {
        LoadProfile profile = LoadProfile.steady(3);

        assertThat(profile.intendedNanos(3L * 864_000))
                .isEqualTo(Duration.ofDays(10).toNanos());
        assertThat(profile.intendedNanos(1)).isEqualTo(333_333_333);
    }

    @Test
    void aRampOfAllKindsIsWhatItSays() {
        LoadProfile profile = LoadProfile.of(
                LoadGrammar.stages("linear:0..200/10s, step:200/5s,storm:500,exponential:200..50/10s"), 1);

        assertThat(profile.intendedNanos(0)).isZero();
        // A rate from 0 reaches a quarter of its amount after half its time.
        assertThat(profile.intendedNanos(250)).isEqualTo(Duration.ofSeconds(5).toNanos());
        assertThat(profile.intendedNanos(1_000))
                .isEqualTo(Duration.ofSeconds(10).toNanos());
        assertThat(profile.intendedNanos(1_999))
                .isEqualTo(Duration.ofMillis(14_995).toNanos());
        for (int i = 2_000; i <= 2_500; i++) {
            assertThat(profile.intendedNanos(i))
                    .isEqualTo(Duration.ofSeconds(15).toNanos());
        }
        assertThat(profile.intendedNanos(2_501))
                .isGreaterThan(Duration.ofSeconds(15).toNanos());
        assertThat(profile.time()).isEqualTo(Duration.ofSeconds(25));
        long first = profile.operations();
        assertThat(first).isEqualTo(2_500 + Math.round(Math.ceil(150 * 10 / Math.log(4))));
        assertThat(profile.intendedNanos(first + 50) - profile.intendedNanos(first))
                .isBetween(999_999_998L, 1_000_000_002L);
    }

    @Test
    void stepsAreOneAfterTheOther() {
        assertThat(LoadGrammar.stages("step:100..400/10s*4"))
                .containsExactly(
                        new LoadStage.Step(100, Duration.ofSeconds(10)),
                        new LoadStage.Step(200, Duration.ofSeconds(10)),
                        new LoadStage.Step(300, Duration.ofSeconds(10)),
                        new LoadStage.Step(400, Duration.ofSeconds(10)));
    }

    @Test
    void whatIsLeftAfterStormsAloneGoesOnAtTheUsualRate() {
        LoadProfile profile = LoadProfile.of(LoadGrammar.stages("storm:10"), 5);

        assertThat(profile.intendedNanos(9)).isZero();
        assertThat(profile.intendedNanos(15)).isEqualTo(Duration.ofSeconds(1).toNanos());
    }

    @Test
    void aRampThatEndsAtNothingIsRefused() {
        assertThatThrownBy(() -> LoadProfile.of(LoadGrammar.stages("linear:10..0/5s"), 5))
                .hasMessageContaining("end above 0");
        assertThatThrownBy(() -> LoadProfile.steady(0)).hasMessageContaining("never begins");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "linear",
                "linear:10/60s",
                "linear:10..200",
                "linear:-1..5/1s",
                "exponential:0..5/1s",
                "step:5..10/1s*1",
                "step:5/0s",
                "step:9999999/1s",
                "step:5/31d",
                "storm:0",
                "storm:many",
                "wave:5/1s",
                "step:5/1s,",
                "step:1000000/1h"
            })
    void badInputHasOneMessageWithTheFormsThatAreTaken(String text) {
        assertThatThrownBy(() -> LoadGrammar.stages(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching("ramp stage '[^']*': .*; write linear:10.*");
    }

    private static String kind(LoadStage stage) {
        return stage.getClass().getSimpleName();
    }

    @Provide
    Arbitrary<LoadStage> stages() {
        Arbitrary<Double> rates = Arbitraries.doubles().between(0.5, 2_000).ofScale(2);
        Arbitrary<Duration> times = Arbitraries.longs().between(1, 20_000).map(Duration::ofMillis);
        return Arbitraries.oneOf(
                Combinators.combine(rates, rates, times).as(LoadStage.Linear::new),
                Combinators.combine(rates, rates, times).as(LoadStage.Exponential::new),
                Combinators.combine(rates, times).as(LoadStage.Step::new),
                Arbitraries.longs().between(1, 1_000).map(LoadStage.Storm::new));
    }

    @Provide
    Arbitrary<LoadProfile> profiles() {
        return stages().list().ofMinSize(1).ofMaxSize(5).map(stages -> LoadProfile.of(stages, 10));
    }
}
