package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * People at a worker's console: each has an event stream of the migration and asks for a list of devices every five seconds. A probe of
 * its own sees when the ledger's count changes, which is when an event about it could have come first. Histograms are in
 * microseconds. For one thread; its connections have their own.
 */
final class ConsoleCrowd implements AutoCloseable {
    private static final long MICROS_MOST = TimeUnit.MINUTES.toMicros(2);
    private static final Duration PROBE = Duration.ofMillis(50);
    private static final Duration SETTLE = Duration.ofSeconds(3);
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final double LIST_EVERY_SECONDS = 5;
    private static final String[] LISTS = {
        "?limit=50",
        "?state=MIGRATED&limit=50",
        "?state=PENDING&limit=50",
        "?wave=1&limit=50",
        "?search=truck-0001&limit=50",
        "?search=*0042&limit=50",
        "?sort=-changed&limit=50",
        "?state=MIGRATED&sort=-changed&limit=50",
        "?state=PENDING&wave=2&search=parked-000&limit=50"
    };

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(2);
    private final String api;
    private final String migration;
    private final int browsers;
    private final Histogram events = new ConcurrentHistogram(MICROS_MOST, 3);
    private final Histogram lists = new ConcurrentHistogram(MICROS_MOST, 3);
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong asked = new AtomicLong();
    /** When the probe first saw this many migrated devices. */
    private final ConcurrentMap<Long, Long> seenNanos = new ConcurrentHashMap<>();

    private volatile long migrated;
    private volatile long total;
    private final List<Double> alone = new ArrayList<>();
    private final List<Double> watched = new ArrayList<>();

    /** What came of it; rates in devices per second, histograms in microseconds. */
    record Figures(double alone, double watched, Histogram events, Histogram lists, long failed) {
        /** Of the pace with them against that without, in percent. */
        double difference() {
            return 100 * (watched - alone) / alone;
        }

        boolean good() {
            return Math.abs(difference()) <= 5
                    && failed == 0
                    && events.getTotalCount() > 0
                    && lists.getTotalCount() > 0
                    && events.getValueAtPercentile(95) < 1_000_000
                    && lists.getValueAtPercentile(95) < 200_000;
        }
    }

    ConsoleCrowd(String address, String migration, int browsers) {
        this.api = address + "/api/v1/migrations/" + migration;
        this.migration = migration;
        this.browsers = browsers;
    }

    /** Begins the migration and the probe. */
    void apply() throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(api + "/apply"))
                        .timeout(DEADLINE)
                        .header("content-type", "application/json")
                        .POST(BodyPublishers.ofString("{}"))
                        .build(),
                BodyHandlers.ofString());
        if (answer.statusCode() != 202) {
            throw new RehearsalException(migration + " cannot be applied: " + answer.body());
        }
        clock.scheduleWithFixedDelay(this::probe, 0, PROBE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void probe() {
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(api)).timeout(DEADLINE).build(), BodyHandlers.ofString());
            JsonNode now = json.readTree(answer.body());
            migrated = now.path("counts").path("MIGRATED").asLong();
            total = now.path("total").asLong();
            seenNanos.putIfAbsent(migrated, System.nanoTime());
        } catch (IOException away) {
            failed.incrementAndGet();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until so many devices have moved. */
    void awaitMigrated(long devices, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (migrated < devices) {
            if (System.nanoTime() > deadline) {
                throw new RehearsalException(migrated + " of " + devices + " devices moved in time.");
            }
            rest(PROBE);
        }
    }

    /** One turn of the migration, with the people or without them. */
    void turn(Duration length, boolean people) throws InterruptedException {
        List<CompletableFuture<?>> streams = new ArrayList<>();
        List<Watcher> watchers = new ArrayList<>();
        if (people) {
            for (int browser = 0; browser < browsers; browser++) {
                Watcher watcher = new Watcher();
                watchers.add(watcher);
                streams.add(http.sendAsync(
                        HttpRequest.newBuilder(URI.create(api + "/events"))
                                .header("accept", "text/event-stream")
                                .build(),
                        BodyHandlers.fromLineSubscriber(watcher)));
            }
        }
        rest(SETTLE);
        var asking = people
                ? clock.scheduleAtFixedRate(
                        this::list, 0, Math.round(LIST_EVERY_SECONDS * 1_000_000 / browsers), TimeUnit.MICROSECONDS)
                : null;
        watchers.forEach(watcher -> watcher.counting = true);
        long before = migrated;
        long began = System.nanoTime();
        rest(length);
        double rate = (migrated - before) / ((System.nanoTime() - began) / 1e9);
        (people ? watched : alone).add(rate);
        if (asking != null) {
            asking.cancel(false);
        }
        watchers.forEach(Watcher::leave);
        streams.forEach(stream -> stream.cancel(true));
    }

    private void rest(Duration time) throws InterruptedException {
        long until = System.nanoTime() + time.toNanos();
        for (long left = time.toNanos(); left > 0; left = until - System.nanoTime()) {
            TimeUnit.NANOSECONDS.sleep(left);
        }
    }

    /** Open loop: counted from when it was meant to be sent. */
    private void list() {
        long meant = System.nanoTime();
        String which = LISTS[(int) (asked.getAndIncrement() % LISTS.length)];
        http.sendAsync(
                        HttpRequest.newBuilder(URI.create(api + "/devices" + which))
                                .timeout(DEADLINE)
                                .build(),
                        BodyHandlers.ofString())
                .whenComplete((answer, failure) -> {
                    if (failure != null || answer.statusCode() != 200) {
                        failed.incrementAndGet();
                    }
                    record(lists, System.nanoTime() - meant);
                });
    }

    private static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.min(MICROS_MOST, Math.max(1, nanos / 1000)));
    }

    long total() {
        return total;
    }

    Figures figures() {
        return new Figures(mean(alone), mean(watched), events, lists, failed.get());
    }

    private static double mean(List<Double> rates) {
        return rates.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }

    /** One person's event stream. */
    private final class Watcher implements Subscriber<String> {
        private volatile boolean counting;
        private volatile Subscription subscription;
        private boolean aboutMigration;

        @Override
        public void onSubscribe(Subscription begun) {
            subscription = begun;
            begun.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String line) {
            if (line.startsWith("event: ")) {
                aboutMigration = line.equals("event: migration");
            } else if (counting && aboutMigration && line.startsWith("data: ")) {
                long now = System.nanoTime();
                try {
                    long count = json.readTree(line.substring("data: ".length()))
                            .path("counts")
                            .path("MIGRATED")
                            .asLong();
                    // The probe may pass over a count: then this event is none that it can tell the lag of.
                    Long first = seenNanos.get(count);
                    if (first != null) {
                        record(events, now - first);
                    }
                } catch (JsonProcessingException broken) {
                    failed.incrementAndGet();
                }
            }
        }

        void leave() {
            counting = false;
            if (subscription != null) {
                subscription.cancel();
            }
        }

        @Override
        public void onError(Throwable gone) {
            if (counting) {
                failed.incrementAndGet();
            }
        }

        @Override
        public void onComplete() {
            if (counting) {
                failed.incrementAndGet();
            }
        }
    }
}
