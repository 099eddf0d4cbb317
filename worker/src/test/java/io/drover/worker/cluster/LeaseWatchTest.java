package io.drover.worker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.cluster.LeaseStore.Lease;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LeaseWatchTest {
    private final AtomicLong nanos = new AtomicLong();
    private final LeaseWatch watch = new LeaseWatch(Duration.ofSeconds(10), nanos::get);

    @Test
    void aLeaseThatMovesIsNeverLostAndOneThatStandsStillIsAfterThePatience() {
        assertThat(watch.standing(List.of(lease("a", 1), lease("b", 1)))).isEmpty();
        for (int beat = 2; beat <= 5; beat++) {
            pass(2);
            assertThat(watch.standing(List.of(lease("a", beat), lease("b", 1)))).isEmpty();
        }
        pass(2);

        assertThat(watch.standing(List.of(lease("a", 6), lease("b", 1)))).containsExactly(lease("b", 1));
    }

    @Test
    void aLeaseThatWentAndCameBackIsWatchedAnew() {
        watch.standing(List.of(lease("a", 1)));
        pass(9);
        watch.standing(List.of());
        pass(9);

        assertThat(watch.standing(List.of(lease("a", 1)))).isEmpty();
    }

    @Test
    void aNewHolderOfTheSameNameIsNotTakenForTheOldOne() {
        watch.standing(List.of(new Lease("lead", "one", 7)));
        pass(10);

        assertThat(watch.standing(List.of(new Lease("lead", "other", 7)))).isEmpty();
    }

    @Test
    void withoutPatienceEveryLeaseIsLostAtFirstSight() {
        assertThat(new LeaseWatch(Duration.ZERO, nanos::get).standing(List.of(lease("a", 1))))
                .hasSize(1);
    }

    private void pass(int seconds) {
        nanos.addAndGet(Duration.ofSeconds(seconds).toNanos());
    }

    private static Lease lease(String owner, long beat) {
        return new Lease("worker/" + owner, owner, beat);
    }
}
