package io.drover.worker.cleanup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.cleanup.Whereabouts.Sign;
import io.drover.worker.db.Ledger;
import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.DeviceClaim;
import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.FailureReason;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.SourceChecks;
import io.drover.worker.device.TestPolicies;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.TargetKind;
import io.drover.worker.report.HtmlReport;
import io.drover.worker.report.JsonReport;
import io.drover.worker.report.MigrationReport;
import io.drover.worker.report.ReportReader;
import io.drover.worker.report.TextReport;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is deleted, and which devices share no two migrations, on a real ledger between two ends that the test sets. */
class CleanupIT {
    private static final Instant ARRIVED = Instant.parse("2026-01-01T10:00:00Z");
    private static final Duration AFTER = Duration.ofDays(7);
    private static final Instant TODAY = ARRIVED.plus(Duration.ofDays(8));
    private static final Clock NOW = Clock.fixed(TODAY, ZoneOffset.UTC);
    private static final Instant RECENTLY = TODAY.minusSeconds(60);
    private static final MovePolicy POLICY = TestPolicies.telemetry(3);

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final End source = new End();
    private final End target = new End();
    private LedgerAddress address;
    private Ledger ledger;
    private long forward;

    /** What an end shows of each device; deleting takes the device away. */
    private static final class End implements Whereabouts {
        private final Map<String, Sign> shown = new HashMap<>();
        private final Set<String> deleted = new TreeSet<>();
        private int looks;
        private boolean failing;

        @Override
        public Future<Optional<Sign>> look(DeviceRow device) {
            looks++;
            return failing
                    ? Future.failedFuture(new IllegalStateException("away"))
                    : Future.succeededFuture(Optional.ofNullable(shown.get(device.deviceId())));
        }

        @Override
        public Future<Void> delete(DeviceRow device) {
            shown.remove(device.deviceId());
            deleted.add(device.deviceId());
            return Future.succeededFuture();
        }
    }

    @BeforeEach
    void openLedger() throws Exception {
        address = TestDatabase.SQLITE.fresh(directory);
        ledger = await(Ledger.open(vertx, address, POLICY, new SimpleMeterRegistry(), NOW));
        forward = migration("forward", null);
    }

    @AfterEach
    void close() throws Exception {
        await(ledger.close());
        await(vertx.close());
    }

    @Test
    void onlyWhatIsProvenAtTheTargetAgainAndQuietAtTheSourceIsDeleted() throws Exception {
        arrived(forward, ARRIVED, "proven", "never-there", "silent-there", "double", "untold", "gone");
        arrived(forward, RECENTLY, "recent");
        everywhereFine("proven", "double", "untold", "gone", "recent", "silent-there");
        source.shown.put("never-there", quiet());
        target.shown.put("silent-there", new Sign(true, ARRIVED.plus(AFTER).minusMillis(1)));
        source.shown.put("double", new Sign(true, ARRIVED));
        source.shown.put("untold", new Sign(false, null));
        source.shown.remove("gone");

        Map<String, CleanupVerdict> verdicts = run(false);

        assertThat(verdicts)
                .containsOnly(
                        Map.entry("proven", CleanupVerdict.PROVEN),
                        Map.entry("never-there", CleanupVerdict.NOT_SEEN),
                        Map.entry("silent-there", CleanupVerdict.NOT_SEEN),
                        Map.entry("double", CleanupVerdict.ALIVE_AT_SOURCE),
                        Map.entry("untold", CleanupVerdict.UNTOLD),
                        Map.entry("gone", CleanupVerdict.GONE),
                        Map.entry("recent", CleanupVerdict.TOO_RECENT));
        assertThat(source.deleted).containsExactly("proven");
        assertThat(TestDatabase.SQLITE.count(
                        address, "SELECT COUNT(*) FROM device_history WHERE event = 'SOURCE_REMOVED'"))
                .isEqualTo(2);
    }

    @Test
    void aDryRunDeletesNothingAndASecondRunDeletesNothingTwice() throws Exception {
        arrived(forward, ARRIVED, "proven");
        everywhereFine("proven");

        assertThat(run(true)).containsEntry("proven", CleanupVerdict.PROVEN);
        assertThat(source.deleted).isEmpty();

        assertThat(run(false)).containsEntry("proven", CleanupVerdict.PROVEN);
        assertThat(run(false)).isEmpty();
    }

    @Test
    void whatWasReturnedOrIsOnItsWayBackStays() throws Exception {
        arrived(forward, ARRIVED, "returned", "returning");
        everywhereFine("returned", "returning");
        long back = migration("back", forward);
        arrived(back, RECENTLY, "returned");
        await(ledger.devices().insert(back, List.of(new DiscoveredDevice("returning", null, null))));

        assertThat(run(false))
                .containsOnly(
                        Map.entry("returned", CleanupVerdict.RETURNED),
                        Map.entry("returning", CleanupVerdict.RETURNED));
        assertThat(source.deleted).isEmpty();
        assertThat(await(ledger.devices().reads().returned(forward))).isEqualTo(1);
    }

    @Test
    void aDeviceOnItsWayInAReturnIsInNoOtherMigrationOfItsSource() throws Exception {
        arrived(forward, ARRIVED, "truck");
        long back = migration("back", forward);
        await(ledger.devices().insert(back, List.of(new DiscoveredDevice("truck", null, null))));

        long again = migration("again", null);
        long other = migration("other-return", forward);
        await(ledger.devices().insert(again, List.of(new DiscoveredDevice("truck", null, null))));
        await(ledger.devices().insert(other, List.of(new DiscoveredDevice("truck", null, null))));

        for (long refused : new long[] {again, other}) {
            DeviceRow row = await(ledger.devices().reads().find(new DeviceKey(refused, "truck")))
                    .orElseThrow();
            assertThat(row.state()).isEqualTo(DeviceState.EXCLUDED);
            assertThat(row.reason()).isEqualTo(FailureReason.IN_OTHER_MIGRATION);
        }
    }

    @Test
    void eachMovedDeviceIsLookedForAtTheSourceOnceAndOneThatIsAliveThereIsReported() throws Exception {
        String[] ids = IntStream.range(0, 24).mapToObj("truck-%02d"::formatted).toArray(String[]::new);
        arrived(forward, ARRIVED, ids);
        arrived(forward, TODAY.minusSeconds(30), "recent");
        everywhereFine(ids);
        source.shown.put("truck-03", new Sign(true, ARRIVED.plusSeconds(60)));
        source.shown.put("truck-17", new Sign(true, TODAY));
        source.shown.put("truck-18", new Sign(false, null));
        source.shown.remove("truck-19");
        source.shown.put("recent", new Sign(true, TODAY));
        QuietCheck check = new QuietCheck(ledger.sourceChecks(), source, forward, Duration.ofMinutes(6), NOW);

        for (int sweep = 0; sweep < 3; sweep++) {
            int before = source.looks;
            await(check.sweep());
            assertThat(source.looks - before).isBetween(1, 10);
        }
        assertThat(await(ledger.sourceChecks().tally(forward))).isEqualTo(new SourceChecks.Tally(24, 2));

        await(check.sweep());
        await(new QuietCheck(ledger.sourceChecks(), source, forward, Duration.ofMinutes(6), NOW).sweep());
        assertThat(source.looks)
                .as("a look is not repeated, by another process either")
                .isEqualTo(24);

        assertThat(await(ledger.sourceChecks().aliveDevices(forward, 9)))
                .extracting(DeviceRow::deviceId)
                .containsExactly("truck-03", "truck-17");
        Migration migration = await(ledger.migrations().get(forward));
        MigrationReport report = await(new ReportReader(ledger, NOW).read(migration));
        StringWriter text = new StringWriter();
        StringWriter html = new StringWriter();
        TextReport.summary(new PrintWriter(text), migration, report.counts(), 0, report.sides());
        new HtmlReport(new PrintWriter(html)).write(report);
        assertThat(text.toString())
                .contains("2 of 24 looked for at the source after their arrival were alive on both sides:"
                        + " truck-03, truck-17.");
        assertThat(html.toString()).contains("24 moved devices were looked for", "truck-17");
        JsonObject sides = new JsonObject(JsonReport.of(report)).getJsonObject("aliveOnBothSides");
        assertThat(sides.getInteger("looked")).isEqualTo(24);
        assertThat(sides.getInteger("total")).isEqualTo(2);
    }

    @Test
    void aLookThatFailsIsTakenAgainAfterTheOthers() throws Exception {
        arrived(forward, ARRIVED, "one", "two");
        everywhereFine("one", "two");
        source.failing = true;
        QuietCheck check = new QuietCheck(ledger.sourceChecks(), source, forward, Duration.ofMinutes(6), NOW);

        assertThatThrownBy(() -> await(check.sweep())).hasMessageContaining("away");
        assertThat(await(ledger.sourceChecks().tally(forward)).looked()).isZero();

        source.failing = false;
        await(check.sweep());
        assertThat(await(ledger.sourceChecks().tally(forward)).looked()).isEqualTo(1);
        await(check.sweep());
        assertThat(await(ledger.sourceChecks().tally(forward)).looked()).isEqualTo(2);
    }

    private Map<String, CleanupVerdict> run(boolean dry) throws Exception {
        Map<String, CleanupVerdict> verdicts = new TreeMap<>();
        await(new Cleanup(ledger.devices(), source, target, AFTER, dry, NOW)
                .run(forward, (row, verdict) -> verdicts.put(row.deviceId(), verdict)));
        return verdicts;
    }

    private void everywhereFine(String... ids) {
        for (String id : ids) {
            source.shown.put(id, quiet());
            target.shown.put(id, new Sign(true, RECENTLY));
        }
    }

    private static Sign quiet() {
        return new Sign(true, ARRIVED.minusMillis(1));
    }

    private long migration(String name, Long returns) throws Exception {
        return await(ledger.migrations()
                        .createOrGet(new MigrationStore.Definition(
                                name,
                                returns == null ? "app" : "dps",
                                "group",
                                returns == null ? "dps" : "app",
                                TargetKind.PROVISIONING_SERVICE,
                                "TELEMETRY",
                                "",
                                MigrationState.RUNNING,
                                returns)))
                .id();
    }

    private void arrived(long migration, Instant at, String... ids) throws Exception {
        await(ledger.devices()
                .insert(
                        migration,
                        List.of(ids).stream()
                                .map(id -> new DiscoveredDevice(id, null, null))
                                .toList()));
        await(ledger.devices().assign(migration, 1, ids.length));
        await(ledger.devices().release(migration, 1, "ready"));
        await(ledger.devices()
                .claim(new DeviceClaim(
                        migration,
                        DeviceState.REGISTERED,
                        1,
                        ids.length,
                        TODAY,
                        null,
                        Duration.ofSeconds(30),
                        "worker")));
        for (String id : ids) {
            await(ledger.devices().record(new DeviceKey(migration, id), Evidence.telemetry(at, "hub")));
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
