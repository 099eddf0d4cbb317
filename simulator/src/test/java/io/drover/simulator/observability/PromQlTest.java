package io.drover.simulator.observability;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PromQlTest {
    @Test
    void functionsLabelsAndWordsAreNoMetrics() {
        assertThat(PromQl.metrics("sum by (job, le) (rate(a_total{x=~\"b|c\"}[5m])) / on (job) (d:e > 0) unless f"))
                .containsExactly("a_total", "d:e", "f");
    }

    @Test
    void anOffsetIsNoMetric() {
        assertThat(PromQl.metrics("a_total - (a_total offset 15m or a_total * 0)"))
                .containsExactly("a_total");
    }

    @Test
    void aMetricIsFoundInsideAFunctionWithNumbers() {
        assertThat(PromQl.metrics("histogram_quantile(0.95, sum by (le) (rate(a_bucket[$__rate_interval])))"))
                .containsExactly("a_bucket");
    }
}
