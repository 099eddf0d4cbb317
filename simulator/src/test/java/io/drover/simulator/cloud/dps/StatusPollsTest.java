package io.drover.simulator.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StatusPollsTest {
    private final ProvisioningService service = new ProvisioningService(
            "target-dps",
            "0ne000000AA",
            List.of(),
            Clock.fixed(Instant.parse("2026-11-24T10:00:00Z"), ZoneOffset.UTC),
            Duration.ZERO,
            new Random(1));

    @Test
    void theSixthPollInTenSecondsIsRefusedWhateverConnectionItComesOver() {
        for (int poll = 0; poll < 5; poll++) {
            assertThat(service.tryPoll("truck-1", 1)).isEmpty();
        }

        assertThat(service.tryPoll("TRUCK-1", 1)).hasValue(10);
    }

    @Test
    void oneDevicesPollsTakeNothingFromAnother() {
        for (int poll = 0; poll < 6; poll++) {
            service.tryPoll("truck-1", 1);
        }

        assertThat(service.tryPoll("truck-2", 1)).isEmpty();
    }
}
