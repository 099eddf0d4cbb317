package io.drover.worker.azure;

import io.vertx.core.Future;
import java.util.List;
import java.util.function.Function;

/** Calls for many devices, a few at once: each waits for its turn in the service's limit, and no list is too long. */
public final class PacedCalls {
    private static final int AT_ONCE = 8;

    private PacedCalls() {}

    /** Completes when the call is done for each; fails with the first that fails, when those begun with it are done. */
    public static <T> Future<Void> each(List<T> items, Function<T, Future<?>> call) {
        return from(items, 0, call);
    }

    private static <T> Future<Void> from(List<T> items, int from, Function<T, Future<?>> call) {
        if (from >= items.size()) {
            return Future.succeededFuture();
        }
        int to = Math.min(items.size(), from + AT_ONCE);
        return Future.join(items.subList(from, to).stream().map(call).toList()).compose(done -> from(items, to, call));
    }
}
