package io.drover.worker.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.WorkerConfig.Management;
import io.drover.worker.db.Ledger;
import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.FailureReason;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.TestPolicies;
import io.drover.worker.metrics.MigrationGauges;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a scrape costs with 100,000 devices in the ledger: four migrations of thirty waves with every state and every reason. */
@Timeout(180)
class ScrapeCostIT {
    private static final int MIGRATIONS = 4;
    private static final int DEVICES = 25_000;
    private static final int WAVES = 30;
    /** What is left for calls and limits, which do not grow with devices: a rehearsal has fewer than 1,000. */
    private static final long MOST_SERIES = 4_000;

    private static final Duration SLOWEST_SCRAPE = Duration.ofMillis(250);
    private static final Duration LONGEST_STALL = Duration.ofMillis(100);
    private static final long SCRAPE_EVERY_MILLIS = 200;
    private static final int SCRAPES = 12;
    /** On a busy machine anything may be late once; what a scrape itself costs would show in each of these. */
    private static final int ROUNDS = 15;

    private final Vertx vertx = Vertx.vertx();
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<AtomicLong> stalls = new ArrayList<>();
    private final List<Long> migrations = new ArrayList<>();
    private final List<MigrationGauges> gauges = new ArrayList<>();

    @TempDir
    Path directory;

    private final Promise<Void> broken = Promise.promise();
    private Ledger ledger;
    private URI metrics;

    @BeforeEach
    void fill() throws Exception {
        LedgerAddress address = TestDatabase.SQLITE.fresh(directory);
        MovePolicy policy = TestPolicies.telemetry(3);
        ledger = await(Ledger.open(vertx, address, policy, meters, Clock.systemUTC()));
        for (int number = 0; number < MIGRATIONS; number++) {
            String name = "migration-" + number;
            long id = await(ledger.migrations()
                            .createOrGet(new MigrationStore.Definition(
                                    name, "app", "group", "dps", "TELEMETRY", "", MigrationState.RUNNING)))
                    .id();
            migrations.add(id);
            gauges.add(new MigrationGauges(meters, name));
            await(ledger.devices()
                    .insert(
                            id,
                            IntStream.range(0, DEVICES)
                                    .mapToObj(device -> new DiscoveredDevice(
                                            "truck-" + device, "t", null, 1 + device % WAVES, device))
                                    .toList()));
        }
        spread(address);
        int port = await(ManagementServer.listen(vertx, new Management("127.0.0.1", 0, null), meters, ledger::ping))
                .actualPort();
        metrics = URI.create("http://127.0.0.1:" + port + "/metrics");
    }

    /** Gives the devices of each wave every state with every reason, as no migration would in so short a time. */
    private static void spread(LedgerAddress address) throws Exception {
        DeviceState[] states = DeviceState.values();
        FailureReason[] reasons = FailureReason.values();
        try (Connection connection = TestDatabase.SQLITE.connect(address);
                Statement statement = connection.createStatement();
                PreparedStatement update = connection.prepareStatement("UPDATE device SET state = ?, reason = ?"
                        + " WHERE (position / " + WAVES + ") % " + states.length * reasons.length + " = ?")) {
            connection.setAutoCommit(false);
            for (int kind = 0; kind < states.length * reasons.length; kind++) {
                update.setString(1, states[kind % states.length].name());
                update.setString(2, reasons[kind / states.length].name());
                update.setInt(3, kind);
                update.executeUpdate();
            }
            statement.executeUpdate("DELETE FROM device_count");
            statement.executeUpdate("INSERT INTO device_count (migration_id, wave, state, reason, n)"
                    + " SELECT migration_id, wave, state, reason, COUNT(*) FROM device"
                    + " GROUP BY migration_id, wave, state, reason");
            connection.commit();
        }
    }

    @AfterEach
    void close() throws Exception {
        await(ledger.close());
        await(vertx.close());
    }

    @Test
    void aScrapeIsShortAndSmallAndHoldsUpNoEventLoop() throws Exception {
        watchEventLoops();
        for (int number = 0; number < MIGRATIONS; number++) {
            await(look(number));
            lookAgain(number);
        }

        long slowest = Long.MAX_VALUE;
        long stalled = Long.MAX_VALUE;
        for (int round = 0;
                round < ROUNDS && !(within(slowest, SLOWEST_SCRAPE) && within(stalled, LONGEST_STALL));
                round++) {
            stalls.forEach(stall -> stall.set(0));
            slowest = scrapes();
            stalled = stalls.stream().mapToLong(AtomicLong::get).max().orElseThrow();
        }

        assertThat(broken.future().failed())
                .as(() -> "" + broken.future().cause())
                .isFalse();
        assertThat(Duration.ofNanos(slowest)).isLessThan(SLOWEST_SCRAPE);
        assertThat(Duration.ofNanos(stalled)).isLessThan(LONGEST_STALL);
        String page = scrape();
        assertThat(page.lines().filter(line -> !line.startsWith("#")).count()).isLessThan(MOST_SERIES);
        assertThat(page.lines().filter(line -> line.startsWith("drover_devices{")))
                .hasSizeGreaterThanOrEqualTo(MIGRATIONS * WAVES * DeviceState.values().length);
        assertThat(page.lines().filter(line -> line.startsWith("drover_devices_reasons{")))
                .hasSize(MIGRATIONS * FailureReason.values().length * DeviceState.values().length);
        assertThat(page.lines()
                        .filter(line -> line.startsWith("drover_devices{"))
                        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                        .sum())
                .isEqualTo(MIGRATIONS * (double) DEVICES);
    }

    private static boolean within(long nanos, Duration limit) {
        return nanos < limit.toNanos();
    }

    /** The slowest of a round, in nanoseconds. */
    private long scrapes() throws Exception {
        long slowest = 0;
        for (int number = 0; number < SCRAPES; number++) {
            long begun = System.nanoTime();
            assertThat(scrape()).isNotEmpty();
            long took = System.nanoTime() - begun;
            slowest = Math.max(slowest, took);
            await(vertx.timer(Math.max(1, SCRAPE_EVERY_MILLIS - TimeUnit.NANOSECONDS.toMillis(took))));
        }
        return slowest;
    }

    private String scrape() throws Exception {
        return http.send(
                        HttpRequest.newBuilder(metrics)
                                .timeout(Duration.ofSeconds(10))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** As each worker does for its migration: a second after the last look the next one. */
    private Future<Void> look(int number) {
        return ledger.devices().counts(migrations.get(number)).compose(counts -> {
            gauges.get(number).show(counts, 0);
            return Future.succeededFuture();
        });
    }

    private void lookAgain(int number) {
        vertx.timer(1, TimeUnit.SECONDS)
                .compose(due -> look(number))
                .onSuccess(seen -> lookAgain(number))
                .onFailure(broken::tryFail);
    }

    /** Notes on each event loop how late a timer of ten milliseconds is at the most. */
    private void watchEventLoops() {
        for (int loop = 0; loop < 2 * Runtime.getRuntime().availableProcessors(); loop++) {
            AtomicLong longest = new AtomicLong();
            stalls.add(longest);
            Context context = vertx.getOrCreateContext();
            context.runOnContext(begun -> next(longest, System.nanoTime()));
        }
    }

    private void next(AtomicLong longest, long begunNanos) {
        vertx.setTimer(10, fired -> {
            long late = System.nanoTime() - begunNanos - TimeUnit.MILLISECONDS.toNanos(10);
            longest.accumulateAndGet(late, Math::max);
            next(longest, System.nanoTime());
        });
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
