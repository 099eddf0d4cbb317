package io.drover.simulator.cloud.fault;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Objects;

/**
 * One thing that goes wrong: what, at which service and operation, for which devices, how often and when.
 *
 * @param service pattern ({@code *} stands for any text) of the service's name as metrics show it
 * @param operation pattern of the operation, such as {@code POST /devices/*} or {@code register}
 * @param devices pattern of device ids; calls that name no device match only {@code *}
 * @param share of the devices, 0 to 1, drawn by seed
 * @param probability of each strike, 0 to 1, drawn by seed
 * @param skip how many calls of a device (or host) pass before the first strike
 * @param count how many strikes a device (or host) gets, 0 for no end
 * @param every begins anew after so many calls of a device (or host), 0 for never
 * @param after from the switching on to the first strike
 * @param lasting from then on, null for no end
 * @param delay what the kind says; never compressed unless it says so
 */
public record Fault(
        String name,
        FaultKind kind,
        String service,
        String operation,
        String devices,
        double share,
        double probability,
        int skip,
        int count,
        int every,
        Duration after,
        Duration lasting,
        Duration delay,
        long seed) {

    public Fault {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(kind, "kind");
    }

    /** Whether the fault is for this service, operation and device; device is null when the call names none. */
    boolean concerns(String askedService, String askedOperation, String device) {
        return isFor(askedService, askedOperation)
                && (devices.equals("*") || (device != null && Glob.matches(devices, device)))
                && (share >= 1 || Draw.fraction(seed, name, device == null ? "" : device, -1) < share);
    }

    /** Whether the fault is for this service and operation, whatever the device. */
    boolean isFor(String askedService, String askedOperation) {
        return Glob.matches(service, askedService) && Glob.matches(operation, askedOperation);
    }

    /** Whether the call with this number, of one device or host, is struck. */
    boolean strikes(String key, long ordinal) {
        long number = every > 0 ? ordinal % every : ordinal;
        boolean due = number >= skip && (count == 0 || number < (long) skip + count);
        return due && (probability >= 1 || Draw.fraction(seed, name, key, ordinal) < probability);
    }

    /** As the control API shows it and takes it. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("fault", kind.text())
                .put("service", service)
                .put("operation", operation)
                .put("devices", devices)
                .put("share", share)
                .put("probability", probability)
                .put("skip", skip)
                .put("count", count)
                .put("every", every)
                .put("after", after.toMillis() + "ms")
                .put("delay", delay.toMillis() + "ms")
                .put("seed", seed);
        if (lasting != null) {
            json.put("for", lasting.toMillis() + "ms");
        }
        return json;
    }
}
