package io.drover.worker.registration;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.MigrationScope;
import io.drover.worker.azure.MigrationScope.TargetEnrollment;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.vertx.core.Future;

/** Makes the target accept the source's devices, then releases them for dispatch. */
public final class Registration {
    private final MigrationScope scope;
    private final DeviceStore store;
    private boolean ensured;

    public Registration(MigrationScope scope, DeviceStore store) {
        this.scope = scope;
        this.store = store;
    }

    /** Completes with the number of devices that became REGISTERED. Call from one event loop. */
    public Future<Integer> sweep(long migrationId) {
        return store.counts(migrationId)
                .compose(counts -> counts.getOrDefault(DeviceState.PENDING, 0L) == 0
                        ? Future.succeededFuture(0)
                        : ensure().compose(done -> store.moveAll(
                                migrationId,
                                DeviceState.PENDING,
                                DeviceState.REGISTERED,
                                "enrollment groups are in place")));
    }

    private Future<Void> ensure() {
        if (ensured) {
            return Future.succeededFuture();
        }
        Future<Void> all = Future.succeededFuture();
        for (TargetEnrollment enrollment : scope.enrollments()) {
            all = all.compose(done -> ensure(enrollment));
        }
        return all.onSuccess(done -> ensured = true);
    }

    private Future<Void> ensure(TargetEnrollment wanted) {
        return scope.dps()
                .exists(wanted.targetGroup())
                .compose(exists -> exists
                        ? compare(wanted)
                        : scope.dps()
                                .create(
                                        wanted.targetGroup(),
                                        wanted.keys(),
                                        scope.target().linkedHubs()));
    }

    private Future<Void> compare(TargetEnrollment wanted) {
        return scope.dps()
                .keys(wanted.targetGroup())
                .compose(
                        keys -> keys.filter(wanted.keys()::equals).isPresent()
                                ? Future.succeededFuture()
                                : Future.failedFuture(
                                        new AzureException(
                                                409,
                                                "DifferentKeys",
                                                "Enrollment group '" + wanted.targetGroup()
                                                        + "' holds other keys than the source: no device is commanded. Delete or rename it.")));
    }
}
