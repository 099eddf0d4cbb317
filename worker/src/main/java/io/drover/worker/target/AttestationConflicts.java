package io.drover.worker.target;

import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.PacedCalls;
import io.drover.worker.device.FailureReason;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Which devices a target knows already, by something else than what they prove themselves with at the source. */
final class AttestationConflicts {
    private AttestationConflicts() {}

    /** The devices that a place has with another credential than this one; {@code there} is empty where it has none. */
    static Future<Map<String, FailureReason>> of(
            Map<String, DeviceAttestation> devices, Function<String, Future<Optional<DeviceAttestation>>> there) {
        Map<String, FailureReason> found = new ConcurrentHashMap<>();
        return PacedCalls.each(
                        List.copyOf(devices.keySet()),
                        id -> there.apply(id)
                                .onSuccess(one -> one.filter(
                                                held -> !devices.get(id).isSameAs(held))
                                        .ifPresent(other -> found.put(id, FailureReason.TARGET_HAS_OTHER_CREDENTIAL))))
                .map(done -> found);
    }
}
