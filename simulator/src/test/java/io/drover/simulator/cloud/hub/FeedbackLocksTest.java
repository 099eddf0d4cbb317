package io.drover.simulator.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class FeedbackLocksTest {
    @Test
    void feedbackWhoseReaderIsSilentComesAgain() {
        FeedbackQueue queue = new FeedbackQueue();
        Instant now = Instant.now();
        queue.add(new FeedbackRecord("m-1", now, FeedbackStatus.SUCCESS, "truck-1", "7"));
        FeedbackLocks locks = new FeedbackLocks(queue);

        assertThat(locks.receive(now)).isPresent();
        assertThat(locks.receive(now.plusSeconds(60))).isEmpty();
        assertThat(locks.receive(now.plusSeconds(61))).isPresent();
    }
}
