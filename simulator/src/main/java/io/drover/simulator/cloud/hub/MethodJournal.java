package io.drover.simulator.cloud.hub;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Ground truth: every direct method that a hub's service API was asked to call on a device. Thread-safe. */
public final class MethodJournal {
    /** Per device; the oldest go first. */
    private static final int KEPT = 1_000;

    private final Map<String, List<MethodCall>> byDevice = new ConcurrentHashMap<>();

    MethodJournal() {}

    /** The calls of one device, oldest first; an immutable snapshot. */
    public List<MethodCall> of(String deviceId) {
        return byDevice.getOrDefault(deviceId, List.of());
    }

    /** Notes the call now and again when it has ended, whichever way. */
    Future<MethodResult> note(String deviceId, MethodCall call, Future<MethodResult> result) {
        byDevice.merge(deviceId, List.of(call), (known, added) -> {
            List<MethodCall> all = new ArrayList<>(known.size() + 1);
            all.addAll(known.size() < KEPT ? known : known.subList(known.size() - KEPT + 1, known.size()));
            all.addAll(added);
            return List.copyOf(all);
        });
        return result.onSuccess(answer -> replace(deviceId, call, call.answered(answer)))
                .onFailure(failure -> replace(deviceId, call, call.failed(failure)));
    }

    @SuppressWarnings("ReferenceEquality")
    private void replace(String deviceId, MethodCall call, MethodCall ended) {
        byDevice.computeIfPresent(
                deviceId,
                (device, known) ->
                        known.stream().map(one -> one == call ? ended : one).toList());
    }
}
