package io.drover.simulator.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LoadReportTest {
    private static final Instant BEGAN = Instant.parse("2026-11-27T10:00:00Z");
    private static final Duration LIMIT = Duration.ofMillis(250);

    @Property(tries = 100)
    void partsAddUpToTheWholeAlsoThroughTheirJson(
            @ForAll @Size(min = 1, max = 200) List<@LongRange(min = 1_000, max = 240_000_000) Long> lags,
            @ForAll @LongRange(min = 1, max = 5) long parts) {
        List<LoadReport> each = new ArrayList<>();
        for (int part = 0; part < parts; part++) {
            Histogram times = LoadReport.histogram();
            for (int i = part; i < lags.size(); i += (int) parts) {
                times.recordValue(lags.get(i));
            }
            LoadReport report = report(times, times.getTotalCount());
            each.add(LoadReport.fromJson(new JsonObject(report.toJson().encode())));
        }
        Histogram all = LoadReport.histogram();
        lags.forEach(all::recordValue);

        LoadReport merged = LoadReport.merge(each);

        assertThat(merged.step(LoadStep.LAG)).isEqualTo(all);
        assertThat(merged.schedule()).isEqualTo(report(all, lags.size()).schedule());
        assertThat(merged.verdict()).isEqualTo(LoadReport.Verdict.VALID);
    }

    @Test
    void aLateGeneratorIsInvalidWithItsFigures() {
        Histogram lag = LoadReport.histogram();
        lag.recordValueWithCount(1_000_000, 98);
        lag.recordValueWithCount(400_000_000, 2);

        LoadReport report = report(lag, 100);

        assertThat(report.judgement())
                .matches("INVALID: starts were late: p99 400\\.\\d ms, most 400\\.\\d ms, limit 250 ms");
        assertThat(report.toJson().getJsonObject("schedule").getString("verdict"))
                .isEqualTo("INVALID");
    }

    @Test
    void startsThatAreStillDueMakeItInvalid() {
        LoadReport report = new LoadReport(new LoadSchedule(BEGAN, 100, 60, 10, 40, LIMIT), Map.of());

        assertThat(report.reasons())
                .containsExactly("40 of 100 starts are due for more than 250 ms (60 due, 10 started)");
    }

    @Test
    void oneLatePartMakesTheWholeInvalidThoughItsLagIsNotTheWholesP99() {
        Histogram late = LoadReport.histogram();
        late.recordValue(Duration.ofSeconds(1).toNanos());
        Histogram prompt = LoadReport.histogram();
        prompt.recordValueWithCount(1_000_000, 10_000);

        LoadReport merged = LoadReport.merge(List.of(report(prompt, 10_000), report(late, 1)));

        assertThat(merged.verdict()).isEqualTo(LoadReport.Verdict.INVALID);
        assertThat(merged.judgement()).startsWith("INVALID: part 2 of 2: starts were late");
        assertThat(LoadReport.fromJson(merged.toJson()).judgement()).isEqualTo(merged.judgement());
    }

    @Test
    void aLoadThatHasNotBegunIsNeither() {
        assertThat(new LoadReport(new LoadSchedule(null, 5, 0, 0, 0, LIMIT), Map.of()).judgement())
                .isEqualTo("NOT_STARTED");
    }

    @Test
    void whatIsNoReportIsRefused() {
        assertThatThrownBy(() -> LoadReport.fromJson(new JsonObject("{\"steps\":{}}")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("no load report");
        JsonObject broken = report(LoadReport.histogram(), 0).toJson();
        broken.getJsonObject("steps").getJsonObject("lag").put("histogram", "AAAA");
        assertThatThrownBy(() -> LoadReport.fromJson(broken))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("no load report");
    }

    private static LoadReport report(Histogram lag, long count) {
        return new LoadReport(new LoadSchedule(BEGAN, count, count, count, 0, LIMIT), Map.of(LoadStep.LAG.text(), lag));
    }
}
