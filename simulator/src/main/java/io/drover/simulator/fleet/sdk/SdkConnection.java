package io.drover.simulator.fleet.sdk;

import com.microsoft.azure.sdk.iot.device.ClientOptions;
import com.microsoft.azure.sdk.iot.device.ConnectionStatusChangeContext;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.IotHubConnectionStatusChangeReason;
import com.microsoft.azure.sdk.iot.device.IotHubStatusCode;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.device.transport.IotHubConnectionStatus;
import com.microsoft.azure.sdk.iot.device.transport.NoRetry;
import com.microsoft.azure.sdk.iot.device.twin.MethodCallback;
import com.microsoft.azure.sdk.iot.device.twin.Twin;
import com.microsoft.azure.sdk.iot.device.twin.TwinCollection;
import io.drover.simulator.fleet.credential.DeviceCredential;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * One connection to a hub through Microsoft's unmodified device client over MQTT. What does not return a Future blocks: no event loop
 * may call it, nor a callback of the client, which would deadlock in close.
 */
public final class SdkConnection implements AutoCloseable {
    private static final int SUBSCRIPTION_MILLIS = 30_000;
    private static final long MESSAGE_MILLIS = 30_000;
    private static final int TWIN_CALLS = 10;
    private static final int TWIN_MILLIS = 1_500;

    private final DeviceClient client;
    private final Promise<Void> lost = Promise.promise();

    private SdkConnection(DeviceClient client) {
        this.client = client;
    }

    /** Connects with the device's credential; trying again is the caller's, the client's own retry is off. Fails with Microsoft's exception. */
    public static SdkConnection open(String hub, String deviceId, DeviceCredential credential, ConnectToSslContext ssl)
            throws IotHubClientException, GeneralSecurityException, IOException {
        // With a security provider this client version ignores the SSL context of its options.
        String proof = credential instanceof DeviceCredential.Key key ? "SharedAccessKey=" + key.base64() : "x509=true";
        DeviceClient client = new DeviceClient(
                "HostName=" + hub + ";DeviceId=" + deviceId + ";" + proof,
                IotHubClientProtocol.MQTT,
                ClientOptions.builder().sslContext(ssl.showing(credential)).build());
        SdkConnection connection = new SdkConnection(client);
        client.setRetryPolicy(new NoRetry());
        client.setConnectionStatusChangeCallback(connection::statusChanged, null);
        try {
            client.open(false);
        } catch (IotHubClientException | RuntimeException refused) {
            client.close();
            throw refused;
        }
        return connection;
    }

    /** The client itself. */
    public DeviceClient client() {
        return client;
    }

    /** Completes, on a thread of the client, when the connection ended without a call of {@link #close}. */
    public Future<Void> lost() {
        return lost.future();
    }

    /** Answers direct methods from now on; the callback comes on a thread of the client and may take its time. */
    public void onMethod(MethodCallback callback) throws IotHubClientException, InterruptedException {
        client.subscribeToMethods(callback, null, SUBSCRIPTION_MILLIS);
    }

    /** Sends telemetry without blocking; completes, on a thread of the client, when the hub has acknowledged it. */
    public Future<Void> send(String json) {
        Promise<Void> acknowledged = Promise.promise();
        Message message = message(json);
        message.setExpiryTime(MESSAGE_MILLIS);
        try {
            client.sendEventAsync(
                    message,
                    (sent, failure, none) -> {
                        if (failure == null) {
                            acknowledged.tryComplete();
                        } else {
                            acknowledged.tryFail(failure);
                        }
                    },
                    null);
        } catch (IllegalStateException closed) {
            acknowledged.tryFail(closed);
        }
        return acknowledged.future();
    }

    /** A telemetry message of JSON. */
    public static Message message(String json) {
        Message message = new Message(json);
        message.setContentType("application/json");
        message.setContentEncoding("utf-8");
        return message;
    }

    /**
     * Asks for changes of desired properties, without which the client neither reads nor reports any; they come on a thread of the
     * client.
     */
    public void followTwin(Consumer<Twin> changed) throws IotHubClientException, InterruptedException {
        client.subscribeToDesiredProperties((change, none) -> changed.accept(change), null, SUBSCRIPTION_MILLIS);
    }

    /** Reads the twin. */
    public Twin twin() throws Exception {
        return answered(() -> client.getTwin(TWIN_MILLIS));
    }

    /**
     * Reports properties and waits for the hub's answer. A repeat names no version, as the hub may have taken the first call: only a
     * device reports its properties, so there is nobody else's change to overwrite.
     */
    public void report(TwinCollection reported) throws Exception {
        TwinCollection unversioned = new TwinCollection();
        unversioned.putAll(reported);
        AtomicBoolean repeat = new AtomicBoolean();
        answered(() -> client.updateReportedProperties(repeat.getAndSet(true) ? unversioned : reported, TWIN_MILLIS));
    }

    /** Closes the connection; its threads end with it. */
    @Override
    public void close() {
        client.close();
    }

    /**
     * Version 2.5.0 of the client loses about one twin answer in ten between two of its own threads: its receiving thread may forget the
     * waiting caller before the thread that took the message has looked for it. So a call that got no answer is repeated.
     */
    private static <T> T answered(Callable<T> call) throws Exception {
        for (int attempt = 1; attempt < TWIN_CALLS; attempt++) {
            try {
                return call.call();
            } catch (IotHubClientException unanswered) {
                if (unanswered.getStatusCode() != IotHubStatusCode.DEVICE_OPERATION_TIMED_OUT) {
                    throw unanswered;
                }
            }
        }
        return call.call();
    }

    private void statusChanged(ConnectionStatusChangeContext change) {
        if (change.getNewStatus() == IotHubConnectionStatus.DISCONNECTED
                && change.getNewStatusReason() != IotHubConnectionStatusChangeReason.CLIENT_CLOSE) {
            lost.tryComplete();
        }
    }
}
