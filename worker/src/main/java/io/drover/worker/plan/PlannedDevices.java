package io.drover.worker.plan;

import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.db.Ledger;
import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.FailureReason;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.discovery.Discovery;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.RolloutPolicy;
import io.drover.worker.migration.WavePolicy;
import io.drover.worker.registration.CredentialPreview;
import io.drover.worker.target.MigrationScope;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The devices of a plan. They are discovered and laid out into waves by the very code that an apply uses, into a ledger
 * of the plan's own in a temporary folder, which {@link #close} removes; so a plan needs no more memory than an apply.
 */
public final class PlannedDevices implements DevicePages {
    private final Ledger ledger;
    private final Path folder;
    private final long migrationId;
    private final List<String> waves;
    private final Set<String> connected;
    private final boolean showsConnections;

    private PlannedDevices(
            Ledger ledger, Path folder, long migrationId, List<String> waves, Set<String> connected, boolean shows) {
        this.ledger = ledger;
        this.folder = folder;
        this.migrationId = migrationId;
        this.waves = List.copyOf(waves);
        this.connected = connected;
        this.showsConnections = shows;
    }

    /** Reads the whole selection; blocks on the file system for a moment, so call it from where that does no harm. */
    static Future<PlannedDevices> read(
            Vertx vertx, MigrationScope scope, RolloutPolicy rollout, MovePolicy policy, Clock clock) {
        return vertx.executeBlocking(() -> Files.createTempDirectory("drover-plan-"))
                .compose(folder -> Ledger.open(
                                vertx,
                                LedgerAddress.ofFile("jdbc:sqlite:" + folder.resolve("plan.db")),
                                policy,
                                new SimpleMeterRegistry(),
                                clock)
                        .compose(ledger -> read(scope, rollout, ledger, folder)
                                .recover(cause -> ledger.close().transform(done -> Future.failedFuture(cause))))
                        .recover(cause -> vertx.executeBlocking(() -> delete(folder))
                                .transform(done -> Future.failedFuture(cause))));
    }

    private static Future<PlannedDevices> read(
            MigrationScope scope, RolloutPolicy rollout, Ledger ledger, Path folder) {
        MigrationStore.Definition plan = new MigrationStore.Definition(
                "plan", "source", "selection", "target", "none", rollout.layout(), MigrationState.SCHEDULED);
        List<String> waves = rollout.waves().stream().map(WavePolicy::name).toList();
        boolean shows = scope.source().showsConnections();
        return ledger.migrations()
                .createOrGet(plan)
                .compose(migration -> new Discovery(scope, ledger.migrations(), ledger.devices(), rollout)
                        .run(migration.id())
                        .compose(found -> connected(scope))
                        .map(connected -> new PlannedDevices(ledger, folder, migration.id(), waves, connected, shows)));
    }

    /** One id per connected device, where the source tells of connections at all. */
    private static Future<Set<String>> connected(MigrationScope scope) {
        Set<String> ids = new HashSet<>();
        return scope.source()
                .eachConnectedPage(page -> {
                    ids.addAll(page);
                    return Future.succeededFuture();
                })
                .map(done -> ids);
    }

    /**
     * How many credentials were looked at.
     *
     * @param left devices that an apply will look at and this plan has not
     */
    record Looked(long devices, long left) {}

    /** Looks at the credentials of the first so many devices, in the order of ids, and keeps what was found of them. */
    Future<Looked> look(CredentialPreview preview, long most) {
        AtomicLong looked = new AtomicLong();
        AtomicLong left = new AtomicLong();
        return ledger.devices()
                .reads()
                .eachPage(migrationId, page -> {
                    List<DeviceRow> wanted = page.stream()
                            .filter(row -> row.state() == DeviceState.PENDING && preview.isLookedAt(row))
                            .toList();
                    List<DeviceRow> now = wanted.subList(0, (int) Math.min(wanted.size(), most - looked.get()));
                    looked.addAndGet(now.size());
                    left.addAndGet(wanted.size() - now.size());
                    return now.isEmpty()
                            ? Future.succeededFuture()
                            : preview.of(now).compose(found -> keep(now, found));
                })
                .map(done -> new Looked(looked.get(), left.get()));
    }

    private Future<Void> keep(List<DeviceRow> devices, CredentialPreview.Preview found) {
        Map<Integer, List<DeviceRow>> byWave = devices.stream().collect(Collectors.groupingBy(DeviceRow::wave));
        Future<Void> all = Future.succeededFuture();
        for (Map.Entry<Integer, List<DeviceRow>> wave : byWave.entrySet()) {
            Map<String, FailureReason> refused = new HashMap<>();
            List<String> accepted = new ArrayList<>();
            for (DeviceRow row : wave.getValue()) {
                FailureReason reason = found.refused().get(row.deviceId());
                if (reason == null) {
                    accepted.add(row.deviceId());
                } else {
                    refused.put(row.deviceId(), reason);
                }
            }
            all = all.compose(done ->
                            ledger.devices().release(migrationId, wave.getKey(), accepted, found.looked(), "planned"))
                    .compose(done ->
                            ledger.devices().refuse(migrationId, wave.getKey(), refused, found.looked(), "planned"))
                    .mapEmpty();
        }
        return all;
    }

    /** How many there are, by wave and reason. */
    Future<DeviceCounts> counts() {
        return ledger.devices().counts(migrationId);
    }

    /** Whether the source tells which devices are connected now. */
    boolean showsConnections() {
        return showsConnections;
    }

    /** Hands over every device in the order of ids, a page at a time, waiting for the handler. */
    @Override
    public Future<Void> eachPage(Function<List<PlannedDevice>, Future<Void>> handler) {
        return ledger.devices()
                .reads()
                .eachPage(
                        migrationId,
                        page -> handler.apply(page.stream().map(this::planned).toList()));
    }

    private PlannedDevice planned(DeviceRow row) {
        boolean online = !showsConnections || connected.contains(row.deviceId());
        return PlannedDevice.of(row, online, row.wave() == 0 ? "" : waves.get(row.wave() - 1));
    }

    /** Closes and removes what the plan kept; blocks on the file system. */
    public Future<Void> close(Vertx vertx) {
        return ledger.close()
                .transform(closed -> vertx.executeBlocking(() -> delete(folder)))
                .mapEmpty();
    }

    private static Void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            files.forEach(file -> {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        Files.deleteIfExists(folder);
        return null;
    }
}
