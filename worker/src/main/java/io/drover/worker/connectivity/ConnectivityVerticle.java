package io.drover.worker.connectivity;

import io.drover.worker.device.DeviceStore;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;

/** Lets a migration hear of devices that come back to IoT Central, by the process's webhook; any worker of a ledger may run one. */
public final class ConnectivityVerticle extends VerticleBase {
    private final SharedWebhook webhook;
    private final DeviceStore devices;
    private final long migrationId;
    private final String applicationId;
    private ConnectivityEvents events;

    /** {@code applicationId} is the source application's, or null when ARM does not tell it. */
    public ConnectivityVerticle(SharedWebhook webhook, DeviceStore devices, long migrationId, String applicationId) {
        this.webhook = webhook;
        this.devices = devices;
        this.migrationId = migrationId;
        this.applicationId = applicationId;
    }

    /** Fails with one clear message when the port is taken or the certificate cannot be used. */
    @Override
    public Future<?> start() {
        return webhook.join(devices, migrationId, applicationId).onSuccess(joined -> events = joined);
    }

    @Override
    public Future<?> stop() {
        return webhook.leave(events);
    }
}
