package io.drover.simulator.fleet.lean;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;

/**
 * Bounds how many sign-ins of one event loop are under way; the rest wait in order, those at a hub before those at a provisioning service, so
 * that in a steep ramp devices finish what they began instead of all being registered before the first is connected. On that event loop
 * only.
 */
public final class ConnectionGate {
    private final int limit;
    private final Queue<Runnable> registrations = new ArrayDeque<>();
    private final Queue<Runnable> connections = new ArrayDeque<>();
    private int underWay;

    /** A gate for so many at once. */
    public ConnectionGate(int limit) {
        this.limit = limit;
    }

    /** Registers a device when there is room and no device waits for its hub, and completes as the work does. */
    public <T> Future<T> register(Supplier<Future<T>> work) {
        return pass(registrations, work);
    }

    /** Connects a device to its hub when there is room, and completes as the work does. */
    public <T> Future<T> connect(Supplier<Future<T>> work) {
        return pass(connections, work);
    }

    private <T> Future<T> pass(Queue<Runnable> queue, Supplier<Future<T>> work) {
        Promise<T> promise = Promise.promise();
        queue.add(() -> {
            underWay++;
            work.get().onComplete(promise).onComplete(done -> {
                underWay--;
                next();
            });
        });
        next();
        return promise.future();
    }

    private void next() {
        while (underWay < limit && !(connections.isEmpty() && registrations.isEmpty())) {
            (connections.isEmpty() ? registrations : connections).remove().run();
        }
    }
}
