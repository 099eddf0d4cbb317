package io.drover.simulator.cloud.hub;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;

/** Calls that wait until a device listens for methods. Bounded. Guarded by the device. */
final class MethodWaiters {
    private static final int CAPACITY = 32;

    private final List<Promise<DeviceSession>> waiting = new ArrayList<>(1);

    /** Fails with THROTTLING when too many wait already. */
    Future<DeviceSession> add(Promise<DeviceSession> waiter) {
        if (waiting.size() >= CAPACITY) {
            return Future.failedFuture(new HubException(HubError.THROTTLING, "Too many pending method calls."));
        }
        waiting.add(waiter);
        return waiter.future();
    }

    void remove(Promise<DeviceSession> waiter) {
        waiting.remove(waiter);
    }

    void ready(DeviceSession session) {
        waiting.forEach(waiter -> waiter.tryComplete(session));
    }
}
