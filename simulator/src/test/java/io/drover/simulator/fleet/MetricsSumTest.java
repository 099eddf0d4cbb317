package io.drover.simulator.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MetricsSumTest {
    private static final String FIRST = """
            # HELP drover_fleet_devices Virtual devices by phase
            # TYPE drover_fleet_devices gauge
            drover_fleet_devices{engine="lean",phase="source"} 3.0
            # HELP drover_fleet_moves_seconds_max Moves
            # TYPE drover_fleet_moves_seconds_max gauge
            drover_fleet_moves_seconds_max{engine="lean"} 1.5
            # HELP process_files_open_files Open files
            # TYPE process_files_open_files gauge
            process_files_open_files 70.0
            # HELP jvm_memory_used_bytes Memory
            # TYPE jvm_memory_used_bytes gauge
            jvm_memory_used_bytes{area="heap"} 10.0
            """;
    private static final String SECOND = """
            # HELP drover_fleet_devices Virtual devices by phase
            # TYPE drover_fleet_devices gauge
            drover_fleet_devices{engine="lean",phase="source"} 4.0
            # HELP drover_fleet_errors_total Failures
            # TYPE drover_fleet_errors_total counter
            drover_fleet_errors_total{engine="lean",reason="tls"} 2.0
            # HELP drover_fleet_moves_seconds_max Moves
            # TYPE drover_fleet_moves_seconds_max gauge
            drover_fleet_moves_seconds_max{engine="lean"} 0.5
            # HELP process_files_open_files Open files
            # TYPE process_files_open_files gauge
            process_files_open_files 80.0
            # HELP jvm_memory_used_bytes Memory
            # TYPE jvm_memory_used_bytes gauge
            jvm_memory_used_bytes{area="heap"} 20.0
            """;

    @Test
    void theFleetsOwnSeriesAreAddedUpAndGreatestValuesCompared() {
        List<String> lines = MetricsSum.of(List.of(FIRST, SECOND)).lines().toList();

        assertThat(lines)
                .contains(
                        "drover_fleet_devices{engine=\"lean\",phase=\"source\"} 7.0",
                        "drover_fleet_errors_total{engine=\"lean\",reason=\"tls\"} 2.0",
                        "drover_fleet_moves_seconds_max{engine=\"lean\"} 1.5");
    }

    @Test
    void seriesOfAProcessAreToldApartAndEachFamilyIsDescribedOnce() {
        List<String> lines = MetricsSum.of(List.of(FIRST, SECOND)).lines().toList();

        assertThat(lines)
                .contains(
                        "process_files_open_files{process=\"1\"} 70.0",
                        "process_files_open_files{process=\"2\"} 80.0",
                        "jvm_memory_used_bytes{process=\"1\",area=\"heap\"} 10.0",
                        "jvm_memory_used_bytes{process=\"2\",area=\"heap\"} 20.0");
        assertThat(lines).doesNotHaveDuplicates();
    }
}
