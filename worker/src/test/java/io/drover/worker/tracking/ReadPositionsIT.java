package io.drover.worker.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.azure.hub.TelemetryObservation;
import io.drover.worker.db.Ledger;
import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.Verification;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** How far telemetry was read, in a real ledger. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class ReadPositionsIT {
    private static final String HUB = "hub.azure-devices.test";
    private static final Duration STEP = Duration.ofMinutes(5);

    @Parameter
    TestDatabase database;

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private Ledger ledger;
    private ReadPositions positions;

    @BeforeEach
    void open() throws Exception {
        MovePolicy policy = new MovePolicy(
                Verification.TELEMETRY, Duration.ofSeconds(30), STEP, STEP, STEP, Duration.ofDays(7), 3, 1);
        ledger = await(
                Ledger.open(vertx, database.fresh(directory), policy, new SimpleMeterRegistry(), Clock.systemUTC()));
        long migration = await(ledger.migrations()
                        .createOrGet(new MigrationStore.Definition(
                                "m", "app", "group", "dps", "TELEMETRY", "", MigrationState.RUNNING)))
                .id();
        positions = new ReadPositions(ledger.telemetryPositions(), migration);
    }

    @AfterEach
    void close() throws Exception {
        await(ledger.close());
        await(vertx.close());
    }

    @Test
    void eachPartitionIsReadOnBehindItsLastMessage() throws Exception {
        positions.seen(HUB, List.of(message("0", 7), message("1", 3), message("0", 9)));
        await(positions.keep(Future::succeededFuture));
        positions.seen(HUB, List.of(message("1", 4)));
        await(positions.keep(Future::succeededFuture));

        assertThat(await(positions.of(HUB))).isEqualTo(Map.of("0", 9L, "1", 4L));
        assertThat(await(positions.of("other.azure-devices.test"))).isEmpty();
    }

    @Test
    void nothingIsKeptBeforeItsEvidenceIsCommittedAndItIsKeptTheNextTime() throws Exception {
        positions.seen(HUB, List.of(message("0", 7)));

        Future<Void> kept = positions.keep(() -> Future.failedFuture("the ledger is away"));
        await(kept.otherwiseEmpty());

        assertThat(kept.failed()).isTrue();
        assertThat(await(positions.of(HUB))).isEmpty();
        await(positions.keep(Future::succeededFuture));
        assertThat(await(positions.of(HUB))).isEqualTo(Map.of("0", 7L));
    }

    private static TelemetryObservation message(String partition, long sequence) {
        return new TelemetryObservation("truck-1", Instant.parse("2026-11-24T00:00:00Z"), partition, sequence);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
