package io.drover.simulator.fleet.sdk;

import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.device.DeviceLifecycle;
import io.drover.simulator.fleet.device.VirtualDevice;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The engine {@code azure-sdk}: what its devices share. Microsoft's clients block, so their calls run on a pool of threads of their own;
 * a device has one call under way at a time beside the close of an earlier one, so what waits is bounded by the number of devices.
 */
public final class SdkEngine {
    static final int WORKERS = 64;
    private static final long LONGEST_CALL_MINUTES = 3;

    private final ConnectToSslContext ssl;
    private final SdkRegistration registration;
    private final WorkerExecutor workers;

    /**
     * Makes the pool, which ends with Vert.x.
     *
     * @param provisioningHost the global device provisioning host name
     * @param ssl trusts the cloud and leads every host name to it
     */
    public SdkEngine(Vertx vertx, String provisioningHost, ConnectToSslContext ssl) {
        this.ssl = ssl;
        this.registration = new SdkRegistration(provisioningHost, ssl);
        this.workers = vertx.createSharedWorkerExecutor("azure-sdk", WORKERS, LONGEST_CALL_MINUTES, TimeUnit.MINUTES);
    }

    /** A device that waits for its start, on this event loop. */
    public VirtualDevice device(
            Context context, DeviceLifecycle.Shared shared, int index, String deviceId, Scenario.Group group) {
        return new SdkDevice(this, context, shared, index, deviceId, group);
    }

    ConnectToSslContext ssl() {
        return ssl;
    }

    SdkRegistration registration() {
        return registration;
    }

    /** Runs a blocking call on the pool; completes on the event loop that asked, and fails when the pool has ended. */
    <T> Future<T> blocking(Callable<T> call) {
        try {
            return workers.executeBlocking(call, false);
        } catch (RejectedExecutionException ended) {
            return Future.failedFuture(ended);
        }
    }
}
