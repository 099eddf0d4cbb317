package io.drover.simulator.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubSku;
import java.time.Clock;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HubAllocationTest {
    private final Hub east = hub("east");
    private final Hub west = hub("west");
    private final Hub south = hub("south");

    @Test
    void hashedAllocationGivesEachHubItsWeightsShare() {
        List<LinkedHub> linked = List.of(new LinkedHub(east, 3, true), LinkedHub.of(west));

        long toEast = 0;
        for (int i = 0; i < 4_000; i++) {
            toEast += allocate(EnrollmentSettings.DEFAULT, "truck-" + i, linked) == east ? 1 : 0;
        }

        assertThat(toEast).isBetween(2_850L, 3_150L);
    }

    @Test
    void aHubLeftOutOfThePolicyTakesOnlyDevicesWhoseEnrollmentNamesIt() {
        List<LinkedHub> linked = List.of(LinkedHub.of(east), new LinkedHub(west, 1, false));

        for (int i = 0; i < 50; i++) {
            assertThat(allocate(EnrollmentSettings.DEFAULT, "truck-" + i, linked))
                    .isSameAs(east);
        }
        assertThat(allocate(settings(AllocationPolicy.HASHED, west), "truck-1", linked))
                .isSameAs(west);
    }

    @Test
    void staticAllocationTakesTheFirstHubThatTheEnrollmentNames() {
        List<LinkedHub> linked = List.of(LinkedHub.of(east), LinkedHub.of(west), LinkedHub.of(south));

        assertThat(allocate(settings(AllocationPolicy.STATIC, south, west), "truck-1", linked))
                .isSameAs(south);
    }

    private static EnrollmentSettings settings(AllocationPolicy policy, Hub... hubs) {
        return new EnrollmentSettings(
                true,
                policy,
                List.of(hubs).stream().map(Hub::hostName).toList(),
                null,
                ReprovisionPolicy.DEFAULT,
                null,
                false);
    }

    private static Hub allocate(EnrollmentSettings settings, String id, List<LinkedHub> linked) {
        return HubAllocation.allocate(settings, id, linked).orElseThrow();
    }

    private static Hub hub(String name) {
        return new Hub(name + ".azure-devices.test", HubSku.S1, 1, Clock.systemUTC(), new Random(1));
    }
}
