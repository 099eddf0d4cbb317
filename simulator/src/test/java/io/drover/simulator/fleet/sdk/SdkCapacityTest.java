package io.drover.simulator.fleet.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SdkCapacityTest {
    @Test
    void aFleetWithoutMicrosoftsClientsNeedsNoThreads() {
        assertThat(new SdkCapacity(1).refusal(0)).isEmpty();
    }

    @Test
    void fiveHundredDevicesFitWhereThreadsArePlenty() {
        SdkCapacity plenty = new SdkCapacity(Long.MAX_VALUE);

        assertThat(plenty.refusal(500)).isEmpty();
        assertThat(plenty.refusal(501))
                .hasValueSatisfying(told -> assertThat(told)
                        .contains("501 devices", "holds 500", "--from and --to")
                        .doesNotContain("this machine allows"));
    }

    @Test
    void aMachineOfFewThreadsHoldsFewerDevices() {
        SdkCapacity few = new SdkCapacity(2_000);

        assertThat(few.refusal(92)).isEmpty();
        assertThat(few.refusal(93))
                .hasValueSatisfying(told -> assertThat(told).contains("holds 92", "this machine allows 2000 threads"));
        assertThat(new SdkCapacity(10).refusal(1))
                .hasValueSatisfying(told -> assertThat(told).contains("holds 0"));
    }
}
