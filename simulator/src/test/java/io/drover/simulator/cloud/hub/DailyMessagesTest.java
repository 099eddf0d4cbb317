package io.drover.simulator.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.TurnedClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DailyMessagesTest {
    private final TurnedClock clock = new TurnedClock(Instant.parse("2026-03-01T23:50:00Z"));

    @ParameterizedTest
    @CsvSource({"F1, 1, 8000", "B1, 2, 800000", "S1, 1, 400000", "S2, 3, 18000000", "S3, 1, 300000000"})
    void aHubMayTakeTheDocumentedMessagesOfItsTierAndUnits(HubSku sku, int units, long most) {
        assertThat(new DailyMessages(sku, units, clock).most()).isEqualTo(most);
    }

    @Test
    void aMessageCountsInChunksAndADayBeginsAtMidnight() {
        DailyMessages messages = new DailyMessages(HubSku.S1, 1, clock);
        messages.count(0);
        messages.count(4_096);
        messages.count(4_097);
        assertThat(messages.used()).isEqualTo(4);

        messages.count(399_996L * 4_096);
        assertThat(messages.isUsedUp(1)).isTrue();
        clock.advance(Duration.ofMinutes(10));
        assertThat(messages.isUsedUp(1)).isFalse();
        assertThat(messages.used()).isZero();
    }

    @Test
    void compressedDaysAreShorter() {
        DailyMessages messages = new DailyMessages(HubSku.S1, 1, clock);
        messages.dayLasts(Duration.ofDays(1).dividedBy(100));
        messages.count(1);

        clock.advance(Duration.ofMinutes(15));

        assertThat(messages.used()).isZero();
    }
}
