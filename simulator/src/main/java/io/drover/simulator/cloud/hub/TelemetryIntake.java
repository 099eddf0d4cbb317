package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What becomes of one device's telemetry under the hub's limits: taken at once, held back in turn, or, over the rate for longer or over
 * the day's messages, refused. Confined to the connection's event loop.
 */
final class TelemetryIntake {
    private final Vertx vertx;
    private final Hub hub;
    private final Quotas quotas;
    private final Deque<Runnable> held = new ArrayDeque<>();

    TelemetryIntake(Vertx vertx, Hub hub, Quotas quotas) {
        this.vertx = vertx;
        this.hub = hub;
        this.quotas = quotas;
    }

    /**
     * Runs {@code take} now or when its turn comes.
     *
     * @param bytes of body and properties
     * @return false when the message is refused
     */
    boolean offer(long bytes, Runnable take) {
        boolean limited = quotas.enforced() && quotas.isSized(hub.name());
        if (limited && hub.dailyMessages().isUsedUp(bytes)) {
            return false;
        }
        Quotas.Admission admission =
                limited ? quotas.shape(AzureLimit.HUB_DEVICE_TO_CLOUD, hub.name(), 1) : Quotas.Admission.AT_ONCE;
        if (admission.retryAfter().isPresent()) {
            return false;
        }
        hub.dailyMessages().count(bytes);
        if (admission.delay().isZero() && held.isEmpty()) {
            take.run();
        } else {
            held.addLast(take);
            vertx.setTimer(
                    Math.max(1, admission.delay().toMillis()),
                    due -> held.removeFirst().run());
        }
        return true;
    }
}
