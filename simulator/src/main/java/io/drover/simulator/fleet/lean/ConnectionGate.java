package io.drover.simulator.fleet.lean;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.Supplier;

/** Bounds how many sign-ins of one event loop are under way; the rest wait in order. On that event loop only. */
public final class ConnectionGate {
    private final int limit;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int underWay;

    /** A gate for so many at once. */
    public ConnectionGate(int limit) {
        this.limit = limit;
    }

    /** Runs the work when there is room, and completes as it does. */
    public <T> Future<T> pass(Supplier<Future<T>> work) {
        Promise<T> promise = Promise.promise();
        Runnable entry = () -> {
            underWay++;
            work.get().onComplete(promise).onComplete(done -> {
                underWay--;
                next();
            });
        };
        waiting.add(entry);
        next();
        return promise.future();
    }

    private void next() {
        while (underWay < limit && !waiting.isEmpty()) {
            waiting.remove().run();
        }
    }
}
