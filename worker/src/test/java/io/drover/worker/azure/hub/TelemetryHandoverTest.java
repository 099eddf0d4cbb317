package io.drover.worker.azure.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

@ExtendWith(VertxExtension.class)
class TelemetryHandoverTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final int PARTITIONS = 4;

    @Test
    void everyObservationOfEveryPartitionIsHandedOverWhenTheyComeInBursts(Vertx vertx) throws Exception {
        int streams = 50;
        int each = 5_000;
        CountDownLatch left = new CountDownLatch(streams * PARTITIONS * each);
        for (int stream = 0; stream < streams; stream++) {
            handover(vertx.getOrCreateContext(), batch -> batch.forEach(one -> left.countDown()), bursts(stream, each));
        }

        assertThat(left.await(60, TimeUnit.SECONDS))
                .as("%d missing", left.getCount())
                .isTrue();
    }

    @Test
    void batchesAreBoundedAndOneAtATimeOnTheContext(Vertx vertx) throws Exception {
        int each = 20_000;
        Context context = vertx.getOrCreateContext();
        CountDownLatch left = new CountDownLatch(PARTITIONS * each);
        List<Integer> tooLarge = new ArrayList<>();
        AtomicInteger elsewhere = new AtomicInteger();

        handover(
                context,
                batch -> {
                    if (Vertx.currentContext() != context) {
                        elsewhere.incrementAndGet();
                    }
                    if (batch.isEmpty() || batch.size() > TelemetryHandover.BATCH) {
                        tooLarge.add(batch.size());
                    }
                    batch.forEach(one -> left.countDown());
                },
                bursts(1, each));

        assertThat(left.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(tooLarge).isEmpty();
        assertThat(elsewhere).hasValue(0);
    }

    @Test
    void noMoreIsAskedForThanCanBeTakenIn(Vertx vertx) throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch left = new CountDownLatch(20_000);
        AtomicLong asked = new AtomicLong();
        AtomicLong taken = new AtomicLong();
        AtomicLong mostAhead = new AtomicLong();
        Flux<TelemetryObservation> endless = Flux.range(0, Integer.MAX_VALUE)
                .map(TelemetryHandoverTest::observation)
                .doOnRequest(more -> mostAhead.accumulateAndGet(asked.addAndGet(more) - taken.get(), Math::max))
                .subscribeOn(Schedulers.boundedElastic());

        TelemetryHandover handover = handover(
                vertx.getOrCreateContext(),
                batch -> {
                    awaitQuietly(release);
                    taken.addAndGet(batch.size());
                    batch.forEach(one -> left.countDown());
                },
                endless);
        release.countDown();

        assertThat(left.await(60, TimeUnit.SECONDS)).isTrue();
        handover.dispose();
        assertThat(mostAhead.get()).isEqualTo(TelemetryHandover.AHEAD);
    }

    @Test
    void aBatchThatIsNotTakenInDoesNotEndTheReading(Vertx vertx) throws Exception {
        int each = 2_000;
        CountDownLatch left = new CountDownLatch(PARTITIONS * each);
        handover(
                vertx.getOrCreateContext(),
                batch -> {
                    batch.forEach(one -> left.countDown());
                    throw new IllegalStateException("not taken in");
                },
                bursts(2, each));

        assertThat(left.await(60, TimeUnit.SECONDS)).isTrue();
    }

    private static TelemetryHandover handover(
            Context context, Consumer<List<TelemetryObservation>> observed, Flux<TelemetryObservation> source) {
        TelemetryHandover handover = new TelemetryHandover(context, "a hub", observed);
        source.subscribe(handover);
        return handover;
    }

    /** Partitions on threads of their own, with pauses in between, that do not end: a hub does not either. */
    private static Flux<TelemetryObservation> bursts(int seed, int each) {
        return Flux.range(0, PARTITIONS)
                .flatMap(
                        partition -> {
                            Random random = new Random(31L * seed + partition);
                            return Flux.interval(Duration.ofMillis(1), Schedulers.boundedElastic())
                                    .onBackpressureBuffer()
                                    .concatMap(tick -> Flux.range(0, 1 + random.nextInt(50)))
                                    .take(each)
                                    .map(TelemetryHandoverTest::observation)
                                    .concatWith(Flux.never());
                        },
                        PARTITIONS,
                        TelemetryHandover.BATCH);
    }

    private static TelemetryObservation observation(int index) {
        return new TelemetryObservation("truck-" + index, NOW, "0", index);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
