package io.drover.worker.discovery;

import io.drover.worker.azure.AzureException;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.discovery.DiscoveryBus.Discovered;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.RolloutPolicy;
import io.drover.worker.migration.WaveLayout;
import io.drover.worker.migration.WavePolicy;
import io.drover.worker.target.MigrationScope;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** Copies the device group, page by page, into the ledger with a verdict on each device and its wave. */
public final class Discovery {
    private static final int LISTINGS = 3;

    private final MigrationScope scope;
    private final MigrationStore migrations;
    private final DeviceStore store;
    private final RolloutPolicy policy;

    public Discovery(MigrationScope scope, MigrationStore migrations, DeviceStore store, RolloutPolicy policy) {
        this.scope = scope;
        this.migrations = migrations;
        this.store = store;
        this.policy = policy;
    }

    private Future<Void> layOut(WaveLayout layout, long migrationId) {
        return migrations.get(migrationId).compose(migration -> {
            boolean laidOut = migration.discoveredAt() != null;
            Future<Void> filled = layout.fill(store, migrationId, laidOut);
            return laidOut
                    ? filled
                    : filled.compose(done -> migrations.layOut(
                                    migrationId,
                                    policy.waves().stream()
                                            .map(WavePolicy::name)
                                            .toList()))
                            .compose(done -> migrations.discovered(migrationId));
        });
    }

    /** Completes after the last page is committed and every device has its wave. */
    public Future<Discovered> run(long migrationId) {
        return run(migrationId, 1);
    }

    /** A list whose next page is refused, as an expired nextLink is, is begun anew; devices found already stay as they are. */
    private Future<Discovered> run(long migrationId, int listing) {
        return members()
                .compose(members -> run(migrationId, new WaveLayout(policy, members)))
                .recover(cause ->
                        listing < LISTINGS && cause instanceof AzureException refused && refused.status() == 400
                                ? run(migrationId, listing + 1)
                                : Future.failedFuture(cause));
    }

    private Future<Map<String, Set<String>>> members() {
        Future<Map<String, Set<String>>> all = Future.succeededFuture(new HashMap<>());
        for (String group : policy.groups()) {
            all = all.compose(found -> scope.source().members(group).map(ids -> {
                found.put(group, ids);
                return found;
            }));
        }
        return all;
    }

    private Future<Discovered> run(long migrationId, WaveLayout layout) {
        AtomicInteger seen = new AtomicInteger();
        AtomicInteger added = new AtomicInteger();
        return scope.source()
                .eachPage(page -> {
                    seen.addAndGet(page.size());
                    return store.insert(
                                    migrationId,
                                    page.stream().map(layout::place).toList())
                            .onSuccess(added::addAndGet)
                            .mapEmpty();
                })
                .compose(done -> layOut(layout, migrationId))
                .map(done -> new Discovered(migrationId, seen.get(), added.get()));
    }
}
