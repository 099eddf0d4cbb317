package io.drover.worker.target;

import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.device.FailureReason;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Calls for many devices, a few at once: each waits for its turn in the service's limit, and no list is too long. */
final class PacedCalls {
    private static final int AT_ONCE = 8;

    private PacedCalls() {}

    /** Completes when the call is done for each; fails with the first that fails, when those begun with it are done. */
    static <T> Future<Void> each(List<T> items, Function<T, Future<?>> call) {
        return from(items, 0, call);
    }

    /** The devices that a place has with another credential than this one; {@code there} is empty where it has none. */
    static Future<Map<String, FailureReason>> conflicts(
            Map<String, DeviceAttestation> devices, Function<String, Future<Optional<DeviceAttestation>>> there) {
        Map<String, FailureReason> found = new ConcurrentHashMap<>();
        return each(
                        List.copyOf(devices.keySet()),
                        id -> there.apply(id)
                                .onSuccess(one -> one.filter(
                                                held -> !devices.get(id).isSameAs(held))
                                        .ifPresent(other -> found.put(id, FailureReason.TARGET_HAS_OTHER_CREDENTIAL))))
                .map(done -> found);
    }

    private static <T> Future<Void> from(List<T> items, int from, Function<T, Future<?>> call) {
        if (from >= items.size()) {
            return Future.succeededFuture();
        }
        int to = Math.min(items.size(), from + AT_ONCE);
        return Future.join(items.subList(from, to).stream().map(call).toList()).compose(done -> from(items, to, call));
    }
}
