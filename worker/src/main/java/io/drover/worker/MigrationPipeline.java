package io.drover.worker;

import io.drover.worker.azure.AzureClients;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.ConnectTo;
import io.drover.worker.azure.arm.ArmClient;
import io.drover.worker.azure.arm.HubKey;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.hub.TelemetrySource;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.carry.CarryPreview;
import io.drover.worker.carry.CarryVerticle;
import io.drover.worker.cleanup.CleanupPreflight;
import io.drover.worker.cluster.MembershipVerticle;
import io.drover.worker.connectivity.ConnectionProbe;
import io.drover.worker.connectivity.ConnectivityVerticle;
import io.drover.worker.connectivity.SharedWebhook;
import io.drover.worker.db.Ledger;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.discovery.Discovery;
import io.drover.worker.discovery.DiscoveryBus;
import io.drover.worker.discovery.DiscoveryVerticle;
import io.drover.worker.discovery.Preflight;
import io.drover.worker.discovery.ReturnPreflight;
import io.drover.worker.discovery.SigningFiles;
import io.drover.worker.dispatch.DispatchPace;
import io.drover.worker.dispatch.DispatchVerticle;
import io.drover.worker.dispatch.Dispatcher;
import io.drover.worker.dispatch.JobVerticle;
import io.drover.worker.dispatch.JobWork;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.RolloutPolicy;
import io.drover.worker.migration.Supervisor;
import io.drover.worker.migration.SupervisorVerticle;
import io.drover.worker.owned.OwnedMapping;
import io.drover.worker.permission.MissingPermissionsException;
import io.drover.worker.permission.PermissionCheck;
import io.drover.worker.permission.PermissionChecks;
import io.drover.worker.plan.Planner;
import io.drover.worker.registration.CredentialCheck;
import io.drover.worker.registration.CredentialPreview;
import io.drover.worker.registration.Registration;
import io.drover.worker.registration.RegistrationVerticle;
import io.drover.worker.source.CentralSource;
import io.drover.worker.source.ReturnSelection;
import io.drover.worker.target.ArrivalLimit;
import io.drover.worker.target.MigrationScope;
import io.drover.worker.tracking.TrackingVerticle;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The way of a migration, in order: preflight, then discovery, supervision of the rollout's waves, registration,
 * dispatch and tracking. The stages share nothing but the ledger; the bus only wakes them. Where several workers share
 * a ledger each dispatches, and one of them leads and does the rest.
 */
public final class MigrationPipeline {
    private static final Duration DISCOVERY_DEADLINE = Duration.ofHours(6);
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(15);
    private static final Duration PROBE_INTERVAL = Duration.ofSeconds(5);
    /** A hub may show a device as connected that long after it has left. */
    private static final Duration QUIET_AFTER = Duration.ofMinutes(6);
    /** The probe leaves the other half of a hub's queries to everybody else. */
    private static final double PROBE_SHARE = 0.5;

    private final Vertx vertx;
    private final WorkerConfig config;
    private final AzureClients azure;
    private final MigrationScope scope;
    private final OwnedMapping mapping;
    private final List<PermissionCheck> permissions;
    private final Duration preflight;
    private final MeterRegistry meters;
    private final Clock clock;
    /** Tells this process's commands apart from those of one before it. */
    private final String worker = UUID.randomUUID().toString();

    private MigrationPipeline(
            Vertx vertx,
            WorkerConfig config,
            AzureClients azure,
            MigrationScope scope,
            OwnedMapping mapping,
            List<PermissionCheck> permissions,
            Duration preflight,
            MeterRegistry meters,
            Clock clock) {
        this.mapping = mapping;
        this.vertx = vertx;
        this.config = config;
        this.azure = azure;
        this.scope = scope;
        this.permissions = permissions;
        this.preflight = preflight;
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * Signs in and checks all that the configuration names, writing nothing. Fails with
     * {@link MissingPermissionsException} or {@link io.drover.worker.azure.AzureException}, whose messages are meant for
     * the operator.
     */
    public static Future<MigrationPipeline> prepare(
            Vertx vertx, WorkerConfig config, MeterRegistry meters, Clock clock) {
        return prepare(vertx, config, new AzureClients(vertx, config, meters, clock), meters, clock);
    }

    /** As {@link #prepare(Vertx, WorkerConfig, MeterRegistry, Clock)}, with clients that other migrations use too and so share limits. */
    public static Future<MigrationPipeline> prepare(
            Vertx vertx, WorkerConfig config, AzureClients azure, MeterRegistry meters, Clock clock) {
        Instant begun = clock.instant();
        return new PermissionChecks(azure, config)
                .run()
                .map(PermissionChecks::noneMissing)
                .compose(checks -> prepare(vertx, config, azure, checks, begun, meters, clock));
    }

    private static Future<MigrationPipeline> prepare(
            Vertx vertx,
            WorkerConfig config,
            AzureClients azure,
            List<PermissionCheck> permissions,
            Instant begun,
            MeterRegistry meters,
            Clock clock) {
        return signingFiles(config)
                .compose(signing -> new Preflight(vertx, azure, config.migration(), signing).check())
                .compose(scope -> config.dispatch().way() == WorkerConfig.Dispatch.Way.JOB
                                && !(scope.source() instanceof CentralSource)
                        ? Future.failedFuture(new AzureException(
                                400,
                                "NoJobs",
                                scope.source().host() + " has no jobs that send commands. Leave out dispatch.way, or"
                                        + " write command."))
                        : Future.succeededFuture(new MigrationPipeline(
                                vertx,
                                config,
                                azure,
                                scope,
                                config.migration().owned().mapping(),
                                permissions,
                                Duration.between(begun, clock.instant()),
                                meters,
                                clock)));
    }

    /** Blocks on files that are small and few; called before anything else runs. */
    private static Future<SigningFiles> signingFiles(WorkerConfig config) {
        try {
            return Future.succeededFuture(SigningFiles.read(config.migration().credentials()));
        } catch (AzureException mistake) {
            return Future.failedFuture(mistake);
        }
    }

    /**
     * As {@link #prepare}, for the way back of a migration.
     *
     * @param config as {@link WorkerConfig#returning} made it of the forward migration's
     */
    public static Future<MigrationPipeline> prepareReturn(
            Vertx vertx, WorkerConfig config, ReturnSelection selection, MeterRegistry meters, Clock clock) {
        return prepareReturn(vertx, config, new AzureClients(vertx, config, meters, clock), selection, meters, clock);
    }

    /** As the other, with clients that other migrations use too. */
    public static Future<MigrationPipeline> prepareReturn(
            Vertx vertx,
            WorkerConfig config,
            AzureClients azure,
            ReturnSelection selection,
            MeterRegistry meters,
            Clock clock) {
        Instant begun = clock.instant();
        return new PermissionChecks(azure, config)
                .ofReturn()
                .map(PermissionChecks::noneMissing)
                .compose(checks -> new ReturnPreflight(vertx, azure, config.migration())
                        .check(selection)
                        .map(scope -> new MigrationPipeline(
                                vertx,
                                config,
                                azure,
                                scope,
                                config.migration().owned().mapping().inverse(),
                                checks,
                                Duration.between(begun, clock.instant()),
                                meters,
                                clock)));
    }

    /** What was found of the rights that {@link #deploy} needs; none of them is missing. */
    public List<PermissionCheck> permissions() {
        return permissions;
    }

    /** Hosts whose limits this migration uses. */
    public Set<String> hosts() {
        Set<String> hosts = new TreeSet<>(Set.of(scope.source().host()));
        scope.target().arrivalLimits(azure.quotas()).forEach(limit -> hosts.add(limit.owner()));
        scope.target().hubs().forEach(hub -> hosts.add(hub.hostName()));
        return hosts;
    }

    /**
     * What {@link #deploy} would do, and with which devices.
     *
     * @param credentials how many devices' credentials are looked at
     */
    public Future<Planner.Planned> plan(long credentials) {
        double arrivals = scope.target().arrivalLimits(azure.quotas()).stream()
                .mapToDouble(ArrivalLimit::perSecond)
                .min()
                .orElseThrow();
        Planner.Facts facts = new Planner.Facts(
                config.rollout(),
                config.policy(),
                pace(),
                byJob() ? Optional.of(config.dispatch().job()) : Optional.empty(),
                60 * arrivals,
                preflight);
        CredentialPreview preview =
                new CredentialPreview(new CredentialCheck(vertx, scope, config.migration()), scope.target());
        return new Planner(vertx, scope, facts, azure.arm(), clock)
                .plan(preview, credentials)
                .compose(planned -> (config.migration().owned().carries()
                                ? new CarryPreview(scope, mapping).lines()
                                : Future.succeededFuture(List.<String>of()))
                        .map(lines -> new Planner.Planned(
                                planned.plan().alsoWarning(notes()).alsoWarning(lines), planned.devices())));
    }

    private List<String> notes() {
        boolean trusting = config.migration().credentials().check() == WorkerConfig.Credentials.Check.GROUPS_ONLY;
        return Stream.concat(
                        azure.warnings().stream(),
                        trusting
                                ? Stream.of(
                                        "Credentials of single devices are not looked at (migration.credentials.check:"
                                                + " groups-only): a device with a credential of its own is told to move, is refused at the"
                                                + " target, and may not come back to the source by itself.")
                                : Stream.empty())
                .toList();
    }

    /**
     * Starts the stages. Completes when this worker takes part, with the ids of what to undeploy in order; until then, or until the Vertx
     * is closed, the stages go on.
     *
     * @param migration evidence from before its creation proves nothing
     * @param webhook of the process, which its migrations share; null for none
     * @param broken hears why the selection cannot be read, without which the migration cannot go on
     */
    public Future<List<String>> deploy(
            Ledger ledger, Migration migration, SharedWebhook webhook, Consumer<Throwable> broken) {
        MembershipVerticle.Stages stages = new MembershipVerticle.Stages() {
            @Override
            public Future<?> join(BooleanSupplier trusted) {
                return vertx.deployVerticle(dispatch(ledger, migration, trusted));
            }

            @Override
            public Future<List<String>> lead() {
                return MigrationPipeline.this.lead(ledger, migration, broken);
            }
        };
        return webhook(ledger, migration, webhook)
                .compose(listening -> vertx.deployVerticle(new MembershipVerticle(
                                ledger.leases(), ledger.devices(), migration.id(), worker, ledger.isShared(), stages))
                        .map(membership -> Stream.concat(Stream.of(membership), listening.stream())
                                .toList())
                        .recover(cause -> undeploy(listening).transform(done -> Future.failedFuture(cause))));
    }

    /** Every worker may listen for devices that come back to IoT Central; before the rest, so that a taken port stops the start. */
    private Future<Optional<String>> webhook(Ledger ledger, Migration migration, SharedWebhook shared) {
        if (shared == null || !(scope.source() instanceof CentralSource central)) {
            return Future.succeededFuture(Optional.empty());
        }
        return vertx.deployVerticle(new ConnectivityVerticle(
                        shared,
                        ledger.devices(),
                        migration.id(),
                        central.application().applicationId()))
                .map(Optional::of);
    }

    private Future<?> undeploy(Optional<String> deployment) {
        return deployment.map(id -> (Future<?>) vertx.undeploy(id)).orElseGet(Future::succeededFuture);
    }

    /** What is done once, the last stage first so that each finds its successor listening. */
    private Future<List<String>> lead(Ledger ledger, Migration migration, Consumer<Throwable> broken) {
        RolloutPolicy policy = config.rollout();
        MigrationStore migrations = ledger.migrations();
        DeviceStore devices = ledger.devices();
        long id = migration.id();
        Supervisor supervisor = new Supervisor(migrations, devices, ledger.audit(), policy, clock);
        Discovery discovery = new Discovery(scope, migrations, devices, policy);
        return tracking(ledger, migration)
                .compose(vertx::deployVerticle)
                .compose(tracking -> vertx.deployVerticle(new RegistrationVerticle(
                                new Registration(
                                        scope,
                                        migrations,
                                        devices,
                                        new CredentialCheck(vertx, scope, config.migration()),
                                        givesBeforehand() ? mapping : null),
                                id))
                        .compose(registration -> vertx.deployVerticle(new SupervisorVerticle(supervisor, id))
                                .compose(supervision -> vertx.deployVerticle(
                                                new DiscoveryVerticle(discovery, id, policy.refresh()))
                                        .compose(found -> jobs(ledger, id)
                                                .map(jobs -> Stream.concat(
                                                                jobs.stream(),
                                                                Stream.of(found, supervision, registration, tracking))
                                                        .toList())))))
                .compose(deployed -> carry(ledger, id)
                        .map(carrying -> Stream.concat(deployed.stream(), carrying.stream())
                                .toList()))
                .compose(deployed -> probe(devices, id)
                        .compose(probe -> quiet(ledger, migration)
                                .map(quiet -> Stream.of(deployed.stream(), probe.stream(), quiet.stream())
                                        .flatMap(ids -> ids)
                                        .toList())))
                .onSuccess(deployed -> DiscoveryBus.discover(id)
                        .ask(vertx, new DiscoveryBus.Discover(id), DISCOVERY_DEADLINE)
                        .onFailure(broken::accept));
    }

    private boolean byJob() {
        return config.dispatch().way() == WorkerConfig.Dispatch.Way.JOB;
    }

    /** Also where no wave gets a job any more: those that there are have to be brought to their end. */
    private Future<Optional<String>> jobs(Ledger ledger, long id) {
        if (!(scope.source() instanceof CentralSource source)) {
            return Future.succeededFuture(Optional.empty());
        }
        JobWork work = new JobWork(
                source,
                scope.target(),
                ledger.jobs(),
                ledger.migrations(),
                ledger.devices(),
                ledger.control(),
                config.rollout(),
                byJob(),
                config.dispatch().job(),
                config.azure().timeCompression(),
                azure.quotas().perSecond(AzureLimit.CENTRAL_REST, source.host()),
                clock);
        return vertx.deployVerticle(new JobVerticle(work, id)).map(Optional::of);
    }

    /** What has come back is at home: only the way forward leaves a source behind. */
    private Future<Optional<String>> quiet(Ledger ledger, Migration migration) {
        if (migration.returns() != null) {
            return Future.succeededFuture(Optional.empty());
        }
        int compression = config.azure().timeCompression();
        return new CleanupPreflight(azure, config.migration(), clock)
                .quiet(ledger.sourceChecks(), migration.id(), QUIET_AFTER.dividedBy(compression))
                .compose(check -> vertx.deployVerticle(
                        new SweepVerticle("quiet at the source", LOOK_INTERVAL.dividedBy(compression), check::sweep)))
                .map(Optional::of);
    }

    private Future<Optional<String>> carry(Ledger ledger, long id) {
        if (!config.migration().owned().carries()) {
            return Future.succeededFuture(Optional.empty());
        }
        return vertx.deployVerticle(new CarryVerticle(
                        scope,
                        mapping,
                        config.migration().owned().existing(),
                        ledger.devices(),
                        ledger.owned(),
                        meters,
                        config.azure().timeCompression(),
                        id,
                        clock))
                .map(Optional::of);
    }

    /** Only where the source tells who is connected. */
    private Future<Optional<String>> probe(DeviceStore devices, long migrationId) {
        if (!scope.source().showsConnections()) {
            return Future.succeededFuture(Optional.empty());
        }
        double perSecond = PROBE_SHARE
                * azure.quotas()
                        .perSecond(AzureLimit.HUB_QUERIES, scope.source().host());
        Duration perPage = Duration.ofMillis(Math.round(1000 / perSecond));
        ConnectionProbe probe = new ConnectionProbe(scope.source(), devices, migrationId, perPage, clock);
        Duration interval = PROBE_INTERVAL.dividedBy(config.azure().timeCompression());
        return vertx.deployVerticle(new SweepVerticle("connection probe", interval, probe::round))
                .map(Optional::of);
    }

    private DispatchVerticle dispatch(Ledger ledger, Migration migration, BooleanSupplier trusted) {
        return new DispatchVerticle(
                new DispatchVerticle.Work(
                        scope,
                        ledger.migrations(),
                        ledger.devices(),
                        ledger.jobs(),
                        byJob(),
                        ledger.control(),
                        ledger.paces(),
                        config.rollout(),
                        migration),
                pace(),
                new Dispatcher.Sender(
                        worker,
                        config.migration().deadlines().answer(),
                        config.dispatch().maxInFlight(),
                        trusted),
                clock);
    }

    /** The rate at which devices may be commanded, and the limit that binds it. */
    public DispatchPace pace() {
        boolean looked = !scope.source().showsCredentials()
                && config.migration().credentials().check() == WorkerConfig.Credentials.Check.ALL;
        int owned = config.migration().owned().carries() ? scope.source().callsForOwned() : 0;
        return DispatchPace.of(scope, azure.quotas(), (looked ? 1 : 0) + owned * (givesBeforehand() ? 2 : 1));
    }

    /** Whether what devices own is read once more at registration, as the target shall have it before they come. */
    private boolean givesBeforehand() {
        return config.migration().owned().carries()
                && config.migration().registration() != WorkerConfig.Registering.ENROLLMENT;
    }

    private Future<TrackingVerticle> tracking(Ledger ledger, Migration migration) {
        Duration interval = LOOK_INTERVAL.dividedBy(config.azure().timeCompression());
        return telemetry()
                .map(sources -> new TrackingVerticle(
                        scope,
                        sources,
                        ledger.migrations(),
                        ledger.devices(),
                        ledger.telemetryPositions(),
                        migration.id(),
                        migration.createdAt(),
                        interval,
                        clock));
    }

    private Future<Map<String, TelemetrySource>> telemetry() {
        Future<Map<String, TelemetrySource>> all = Future.succeededFuture(new HashMap<>());
        if (!config.migration().verification().readsTelemetry()) {
            return all;
        }
        ArmClient arm = azure.arm();
        for (HubResource hub : scope.target().hubs()) {
            all = all.compose(sources -> telemetryKey(arm, hub).map(key -> {
                sources.put(hub.hostName(), source(hub, key));
                return sources;
            }));
        }
        return all;
    }

    private Future<HubKey> telemetryKey(ArmClient arm, HubResource hub) {
        return config.access()
                .hub(hub.hostName())
                .map(given -> Future.succeededFuture(
                        new HubKey(given.policy(), given.key().value())))
                .orElseGet(() -> arm.serviceKey(hub));
    }

    private TelemetrySource source(HubResource hub, HubKey key) {
        String namespace = URI.create(hub.eventsEndpoint()).getHost();
        Optional<TelemetrySource.Endpoint> endpoint = ConnectTo.of(AzureClients.rules(config), namespace)
                .map(rule -> new TelemetrySource.Endpoint(rule.address(), rule.port()));
        return new TelemetrySource(namespace, hub.eventsPath(), key.policy(), key.primaryKey(), "$Default", endpoint);
    }
}
