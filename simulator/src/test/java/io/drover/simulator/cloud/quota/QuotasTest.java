package io.drover.simulator.cloud.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotasTest {
    @ParameterizedTest
    @CsvSource({
        "HUB_IDENTITY_OPERATIONS, 1, 1, 100",
        "HUB_IDENTITY_OPERATIONS, 2, 3, 300",
        "HUB_IDENTITY_OPERATIONS, 3, 2, 10000",
        "HUB_QUERIES, 1, 2, 40",
        "HUB_QUERIES, 3, 1, 1000",
        "HUB_CONNECTIONS, 1, 1, 100",
        "HUB_CONNECTIONS, 1, 10, 120",
        "HUB_CONNECTIONS, 2, 2, 240",
        "HUB_CONNECTIONS, 3, 1, 6000",
        "HUB_DEVICE_TO_CLOUD, 1, 9, 108",
        "HUB_DEVICE_TO_CLOUD, 2, 2, 240",
        "HUB_DEVICE_TO_CLOUD, 3, 1, 6000",
        "HUB_DIRECT_METHODS, 2, 1, 120",
        "HUB_TWIN_READS, 2, 1, 100",
        "HUB_TWIN_READS, 2, 20, 200",
        "HUB_TWIN_READS, 3, 2, 1000",
        "HUB_TWIN_UPDATES, 1, 9, 50",
        "HUB_TWIN_UPDATES, 2, 20, 100",
        "DPS_REGISTRATIONS, 3, 9, 1000"
    })
    void aHubsAmountIsTheDocumentedOneOfItsTierAndUnits(AzureLimit limit, int size, int units, long amount) {
        assertThat(new HubScale(size, units).amount(limit)).isEqualTo(amount);
    }

    @Test
    void aShortBurstOverAHubsLimitIsHeldBackInTurnAndALongerOneRefused() {
        // Given
        Quotas quotas = new Quotas(1);
        quotas.hub("h", 1, 1);

        // When
        List<Quotas.Admission> admissions = new ArrayList<>();
        for (int call = 0; call < 140; call++) {
            admissions.add(quotas.shape(AzureLimit.HUB_IDENTITY_OPERATIONS, "h", 1));
        }

        // Then
        assertThat(admissions.subList(0, 100)).allMatch(each -> each.delay().isZero());
        List<Duration> held = admissions.stream()
                .map(Quotas.Admission::delay)
                .filter(delay -> !delay.isZero())
                .toList();
        assertThat(held).isNotEmpty().isSorted().allMatch(delay -> delay.compareTo(Duration.ofSeconds(2)) <= 0);
        assertThat(admissions.get(139).retryAfter()).isPresent();
        assertThat(quotas.shaped(AzureLimit.HUB_IDENTITY_OPERATIONS)).isEqualTo(held.size());
    }

    @Test
    void compressedTimeHoldsBackForLessTime() {
        Quotas quotas = new Quotas(100);
        quotas.hub("h", 1, 1);

        Duration longest = Duration.ZERO;
        for (int call = 0; call < 200; call++) {
            Duration delay = quotas.shape(AzureLimit.HUB_QUERIES, "h", 1).delay();
            longest = delay.compareTo(longest) > 0 ? delay : longest;
        }

        assertThat(longest).isLessThanOrEqualTo(Duration.ofMillis(20));
    }

    @Property(tries = 100)
    void compressionMultipliesEveryRate(@ForAll AzureLimit limit, @ForAll @IntRange(min = 1, max = 100) int times) {
        assertThat(new Quotas(times).perSecond(limit)).isCloseTo(new Quotas(1).perSecond(limit) * times, within(1e-9));
    }

    @Test
    void aSetAmountReplacesTheDocumentedOneOfEveryTier() {
        Quotas quotas = new Quotas(1);
        quotas.hub("h", 3, 1);
        quotas.amount(AzureLimit.HUB_QUERIES, 2);

        quotas.tryAcquire(AzureLimit.HUB_QUERIES, "h", 2);

        assertThat(quotas.tryAcquire(AzureLimit.HUB_QUERIES, "h")).isPresent();
        assertThat(quotas.use(AzureLimit.HUB_QUERIES).get("h").amount()).isEqualTo(2);
    }
}
