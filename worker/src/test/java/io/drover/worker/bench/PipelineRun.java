package io.drover.worker.bench;

import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.cluster.MembershipVerticle;
import io.drover.worker.db.Ledger;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.TestPolicies;
import io.drover.worker.device.Verification;
import io.drover.worker.discovery.Discovery;
import io.drover.worker.discovery.DiscoveryBus;
import io.drover.worker.discovery.DiscoveryVerticle;
import io.drover.worker.dispatch.DispatchPace;
import io.drover.worker.dispatch.DispatchVerticle;
import io.drover.worker.dispatch.Dispatcher;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.RolloutPolicy;
import io.drover.worker.migration.Supervisor;
import io.drover.worker.migration.SupervisorVerticle;
import io.drover.worker.registration.CredentialCheck;
import io.drover.worker.registration.Registration;
import io.drover.worker.registration.RegistrationVerticle;
import io.drover.worker.source.DeviceChoice;
import io.drover.worker.target.MigrationScope;
import io.drover.worker.tracking.TrackingVerticle;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * One migration of so many devices through the real stages, wired as {@code MigrationPipeline} wires them, over a real
 * ledger; only Azure is in memory. Nothing paces it.
 */
final class PipelineRun implements AutoCloseable {
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(15);
    private static final int IN_FLIGHT = 4000;
    private static final long POLL_MILLIS = 20;

    private final Vertx vertx = Vertx.vertx();
    private final PrometheusMeterRegistry meters = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Clock clock = Clock.systemUTC();
    private final MemoryCloud cloud;
    private final MigrationScope scope;
    private final Ledger ledger;
    private final AtomicReference<Throwable> broken = new AtomicReference<>();

    /**
     * What a run took.
     *
     * @param discovered from the start until every device was in the ledger
     * @param done from the start until every device was committed as migrated
     */
    record Times(int devices, Duration discovered, Duration done) {
        double microsPerDevice() {
            return done.toNanos() / 1000.0 / devices;
        }

        double perSecond() {
            return devices * 1e9 / done.toNanos();
        }
    }

    PipelineRun(LedgerAddress address, int devices) throws Exception {
        cloud = new MemoryCloud(devices);
        scope = new MigrationScope(cloud, new MemoryTarget(cloud));
        MovePolicy policy = TestPolicies.telemetry(3);
        ledger = await(Ledger.open(vertx, address, policy, meters, clock), Duration.ofMinutes(1));
    }

    Ledger ledger() {
        return ledger;
    }

    /** Runs the migration to its end; fails when a stage does, or when it is not done in time. */
    Times run(Duration atMost) throws Exception {
        long begun = System.nanoTime();
        Migration migration = await(
                ledger.migrations()
                        .createOrGet(new MigrationStore.Definition(
                                "bench",
                                "hub",
                                "all",
                                "dps",
                                "TELEMETRY",
                                RolloutPolicy.allAtOnce().layout(),
                                MigrationState.SCHEDULED)),
                Duration.ofSeconds(10));
        String membership = await(vertx.deployVerticle(membership(migration)), Duration.ofMinutes(1));
        Times times = await(ended(migration.id(), begun), atMost);
        await(vertx.undeploy(membership), Duration.ofMinutes(1));
        return times;
    }

    /** Transactions of the ledger until now. */
    long transactions() {
        return meters.find("drover.ledger.transactions").timers().stream()
                .mapToLong(Timer::count)
                .sum();
    }

    /** Completes when every device is committed as migrated; fails when discovery does. */
    private Future<Times> ended(long migrationId, long begun) {
        Promise<Times> ended = Promise.promise();
        AtomicReference<Duration> discovered = new AtomicReference<>();
        long timer = vertx.setPeriodic(POLL_MILLIS, fired -> {
            if (broken.get() != null) {
                ended.tryFail(broken.get());
            }
            ledger.devices().counts(migrationId).onComplete(counts -> {
                if (counts.failed()) {
                    ended.tryFail(counts.cause());
                    return;
                }
                Duration now = Duration.ofNanos(System.nanoTime() - begun);
                if (counts.result().total() == cloud.devices()) {
                    discovered.compareAndSet(null, now);
                }
                if (counts.result().in(DeviceState.MIGRATED) == cloud.devices()) {
                    ended.tryComplete(new Times(cloud.devices(), discovered.get(), now));
                }
            });
        });
        return ended.future().onComplete(done -> vertx.cancelTimer(timer));
    }

    private MembershipVerticle membership(Migration migration) {
        MembershipVerticle.Stages stages = new MembershipVerticle.Stages() {
            @Override
            public Future<?> join(BooleanSupplier trusted) {
                return vertx.deployVerticle(dispatch(migration, trusted));
            }

            @Override
            public Future<List<String>> lead() {
                return PipelineRun.this.lead(migration);
            }
        };
        return new MembershipVerticle(
                ledger.leases(), ledger.devices(), migration.id(), "bench-worker", ledger.isShared(), stages);
    }

    private Future<List<String>> lead(Migration migration) {
        RolloutPolicy policy = RolloutPolicy.allAtOnce();
        long id = migration.id();
        TrackingVerticle tracking = new TrackingVerticle(
                scope,
                Map.of(MemoryTarget.HUB, cloud.telemetry()),
                ledger.migrations(),
                ledger.devices(),
                ledger.telemetryPositions(),
                id,
                migration.createdAt(),
                LOOK_INTERVAL,
                clock);
        Registration registration = new Registration(
                scope, ledger.migrations(), ledger.devices(), new CredentialCheck(vertx, scope, definition()), null);
        Supervisor supervisor = new Supervisor(ledger.migrations(), ledger.devices(), ledger.audit(), policy, clock);
        Discovery discovery = new Discovery(scope, ledger.migrations(), ledger.devices(), policy);
        return vertx.deployVerticle(tracking)
                .compose(tracked -> vertx.deployVerticle(new RegistrationVerticle(registration, id))
                        .compose(registered -> vertx.deployVerticle(new SupervisorVerticle(supervisor, id))
                                .compose(supervised -> vertx.deployVerticle(
                                                new DiscoveryVerticle(discovery, id, policy.refresh()))
                                        .map(found -> List.of(found, supervised, registered, tracked)))))
                .onSuccess(deployed -> DiscoveryBus.discover(id)
                        .ask(vertx, new DiscoveryBus.Discover(id), Duration.ofHours(1))
                        .onFailure(broken::set));
    }

    private DispatchVerticle dispatch(Migration migration, BooleanSupplier trusted) {
        return new DispatchVerticle(
                new DispatchVerticle.Work(
                        scope,
                        ledger.migrations(),
                        ledger.devices(),
                        ledger.jobs(),
                        false,
                        ledger.control(),
                        ledger.paces(),
                        RolloutPolicy.allAtOnce(),
                        migration),
                new DispatchPace(AzureLimit.DPS_REGISTRATIONS, MemoryTarget.HUB, 1_000_000),
                new Dispatcher.Sender("bench-worker", Duration.ofSeconds(30), IN_FLIGHT, trusted),
                clock);
    }

    /** The defaults of a configuration file. */
    private static WorkerConfig.Migration definition() {
        return new WorkerConfig.Migration(
                "bench",
                null,
                new WorkerConfig.HubDevices("hub", null, "dps", List.of(), "migrate", DeviceChoice.ALL),
                new WorkerConfig.TargetService("dps"),
                WorkerConfig.Registering.ENROLLMENT,
                WorkerConfig.Credentials.ofServices(),
                WorkerConfig.Owned.nothing(),
                Verification.TELEMETRY,
                new WorkerConfig.Deadlines(
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(5),
                        Duration.ofMinutes(10),
                        Duration.ofDays(7)),
                3,
                false,
                RolloutPolicy.allAtOnce());
    }

    /** One after the other: a closed Vert.x completes nothing on its own contexts. */
    @Override
    public void close() {
        joined(ledger.close());
        joined(vertx.close());
    }

    private static void joined(Future<?> closing) {
        closing.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(1, TimeUnit.MINUTES)
                .join();
    }

    static <T> T await(Future<T> future, Duration atMost) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    }
}
