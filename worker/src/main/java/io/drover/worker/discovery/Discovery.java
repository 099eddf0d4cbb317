package io.drover.worker.discovery;

import io.drover.worker.azure.MigrationScope;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.discovery.DiscoveryBus.Discovered;
import io.vertx.core.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Copies the device group, page by page, into the ledger with a verdict on each device. */
public final class Discovery {
    private final MigrationScope scope;
    private final DeviceStore store;

    public Discovery(MigrationScope scope, DeviceStore store) {
        this.scope = scope;
        this.store = store;
    }

    /** Completes after the last page is committed. */
    public Future<Discovered> run(long migrationId) {
        DeviceVerdict verdict = new DeviceVerdict(scope.templates());
        AtomicInteger seen = new AtomicInteger();
        AtomicInteger added = new AtomicInteger();
        return scope.central()
                .eachGroupPage(scope.groupId(), page -> {
                    seen.addAndGet(page.size());
                    return store.insert(
                                    migrationId, page.stream().map(verdict::on).toList())
                            .onSuccess(added::addAndGet)
                            .mapEmpty();
                })
                .map(done -> new Discovered(migrationId, seen.get(), added.get()));
    }
}
