package io.drover.worker.cleanup;

import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfig.HubDevices;
import io.drover.worker.WorkerConfig.TargetApplication;
import io.drover.worker.azure.AzureClients;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.SourceChecks;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds both ends of a migration for its cleanup. Reads only; its failures are meant for the operator. */
public final class CleanupPreflight {
    private final AzureClients azure;
    private final WorkerConfig.Migration migration;
    private final Clock clock;

    public CleanupPreflight(AzureClients azure, WorkerConfig.Migration migration, Clock clock) {
        this.azure = azure;
        this.migration = migration;
        this.clock = clock;
    }

    /** Completes with a cleanup that deletes what arrived longer ago than {@code after}. */
    public Future<Cleanup> prepare(DeviceStore store, Duration after, boolean dryRun) {
        return azure.arm()
                .subscriptions(migration.subscription())
                .compose(subscriptions -> source(subscriptions)
                        .compose(source -> target(subscriptions)
                                .map(target -> new Cleanup(store, source, target, after, dryRun, clock))));
    }

    /** Completes with what looks whether moved devices are quiet at the source so long after their arrival. */
    public Future<QuietCheck> quiet(SourceChecks checks, long migrationId, Duration wait) {
        return azure.arm()
                .subscriptions(migration.subscription())
                .compose(this::source)
                .map(source -> new QuietCheck(checks, source, migrationId, wait, clock));
    }

    private Future<Whereabouts> source(List<String> subscriptions) {
        if (!(migration.source() instanceof HubDevices devices)) {
            return application(subscriptions, migration.source().service(), "migration.source.application");
        }
        boolean shared = devices.provisioningService()
                .equalsIgnoreCase(migration.target().name());
        return azure.arm()
                .sourceHub(subscriptions, devices.hub())
                .compose(hub -> azure.arm()
                        .provisioningService(
                                subscriptions, devices.provisioningService(), "migration.source.provisioningService")
                        .map(service -> {
                            remember(List.of(hub));
                            return new HubWhereabouts(
                                    List.of(azure.hub(hub.hostName())),
                                    shared ? Optional.empty() : Optional.of(azure.dps(service.serviceHost())),
                                    clock);
                        }));
    }

    private Future<Whereabouts> target(List<String> subscriptions) {
        if (migration.target() instanceof TargetApplication application) {
            return application(subscriptions, application.name(), "migration.target.application");
        }
        return azure.arm()
                .provisioningService(subscriptions, migration.target().name(), "migration.target.provisioningService")
                .compose(service -> azure.arm().hubs(subscriptions, service.linkedHubs()))
                .map(hubs -> {
                    remember(hubs);
                    return new HubWhereabouts(
                            hubs.stream().map(hub -> azure.hub(hub.hostName())).toList(), Optional.empty(), clock);
                });
    }

    private Future<Whereabouts> application(List<String> subscriptions, String name, String key) {
        return azure.arm().application(subscriptions, name, key).compose(application -> {
            CentralClient central = azure.central(application.subdomain());
            return central.templates().map(all -> {
                Map<String, DeviceTemplate> byId = new HashMap<>();
                all.forEach(template -> byId.put(template.id(), template));
                return new ApplicationWhereabouts(central, byId);
            });
        });
    }

    private void remember(List<HubResource> hubs) {
        hubs.forEach(hub -> azure.quotas().hub(hub.hostName(), hub.sku(), hub.units()));
    }
}
