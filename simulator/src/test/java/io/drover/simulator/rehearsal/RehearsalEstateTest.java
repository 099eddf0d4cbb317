package io.drover.simulator.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.ScenarioLoader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RehearsalEstateTest {
    @ParameterizedTest
    @CsvSource({"1000, 1", "6600, 1", "10000, 13", "1000000, 200"})
    void aHubHasTheUnitsThatTheFleetsTelemetryNeeds(int devices, int units) throws Exception {
        Scenario scenario = ScenarioLoader.load("default").withDevices(devices);

        assertThat(RehearsalEstate.units(scenario)).isEqualTo(units);
    }
}
