package io.drover.simulator.cloud;

import com.microsoft.azure.sdk.iot.device.ClientOptions;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.IotHubStatusCode;
import com.microsoft.azure.sdk.iot.device.Message;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.device.transport.NoRetry;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodPayload;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodResponse;
import com.microsoft.azure.sdk.iot.device.twin.Twin;
import com.microsoft.azure.sdk.iot.device.twin.TwinCollection;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClient;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientRegistrationResult;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientTransportProtocol;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProvider;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProviderSymmetricKey;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;

/** A device made of Microsoft's unmodified provisioning and device clients. Methods block; one thread at a time. */
final class MicrosoftDevice implements AutoCloseable {
    private static final int REGISTRATION_MILLIS = 30_000;
    private static final int TWIN_CALLS = 10;
    private static final int TWIN_MILLIS = 1_500;

    private final String id;
    private final SSLContext ssl;
    private final String key;
    private final SecurityProvider credential;
    private DeviceClient client;

    /** @param groupKey the enrollment group's key in base64; the device's own is derived by Microsoft's code */
    MicrosoftDevice(String id, String groupKey, SSLContext ssl) throws Exception {
        this.id = id;
        this.ssl = ssl;
        byte[] derived =
                SecurityProviderSymmetricKey.ComputeDerivedSymmetricKey(groupKey.getBytes(StandardCharsets.UTF_8), id);
        this.key = new String(derived, StandardCharsets.US_ASCII);
        this.credential = new SecurityProviderSymmetricKey(derived, id) {
            @Override
            public SSLContext getSSLContext() {
                return ssl;
            }
        };
    }

    /** Registers at the DPS with this id scope; fails with Microsoft's exception when it is refused. */
    ProvisioningDeviceClientRegistrationResult register(String idScope) throws Exception {
        ProvisioningDeviceClient provisioning = ProvisioningDeviceClient.create(
                RunningCloud.GLOBAL_PROVISIONING, idScope, ProvisioningDeviceClientTransportProtocol.MQTT, credential);
        try {
            return provisioning.registerDeviceSync(REGISTRATION_MILLIS);
        } finally {
            provisioning.close();
        }
    }

    DeviceClient open(String hub) throws Exception {
        // With a security provider this client version ignores the SSL context of its options.
        client = new DeviceClient(
                "HostName=" + hub + ";DeviceId=" + id + ";SharedAccessKey=" + key,
                IotHubClientProtocol.MQTT,
                ClientOptions.builder().sslContext(ssl).build());
        client.setRetryPolicy(new NoRetry());
        client.open(false);
        return client;
    }

    /** Sends one telemetry message and waits until the hub has acknowledged it. */
    void send(String json) throws Exception {
        Message message = new Message(json);
        message.setContentType("application/json");
        message.setContentEncoding("utf-8");
        client.sendEvent(message);
    }

    /** Reads the twin. */
    Twin twin() throws Exception {
        return answered(() -> client.getTwin(TWIN_MILLIS));
    }

    /** Reports properties. */
    void report(TwinCollection reported) throws Exception {
        answered(() -> client.updateReportedProperties(reported, TWIN_MILLIS));
    }

    /**
     * Version 2.5.0 of the client loses about one twin answer in ten between two of its own threads: its receiving thread may forget the
     * waiting caller before the thread that took the message has looked for it. So a call that got no answer is repeated.
     */
    private static <T> T answered(Callable<T> call) throws Exception {
        for (int attempt = 1; attempt < TWIN_CALLS; attempt++) {
            try {
                return call.call();
            } catch (IotHubClientException lost) {
                if (lost.getStatusCode() != IotHubStatusCode.DEVICE_OPERATION_TIMED_OUT) {
                    throw lost;
                }
            }
        }
        return call.call();
    }

    /** Listens for methods; completes with the id scope of the first DeviceMove, which is acknowledged with 200, all else with 404. */
    CompletableFuture<String> awaitMove() throws Exception {
        CompletableFuture<String> moved = new CompletableFuture<>();
        client.subscribeToMethods(
                (method, payload, context) -> {
                    if (!method.equals("migration*DeviceMove")) {
                        return new DirectMethodResponse(404, null);
                    }
                    moved.complete(idScope(payload));
                    return new DirectMethodResponse(200, Map.of("accepted", true));
                },
                null);
        return moved;
    }

    /** Closes the connection to the hub, if there is one; another may be opened. */
    void disconnect() {
        if (client != null) {
            client.close();
        }
    }

    @Override
    public void close() {
        disconnect();
    }

    private static String idScope(DirectMethodPayload payload) {
        return payload.getPayloadAsJsonElement()
                .getAsJsonObject()
                .get("idScope")
                .getAsString();
    }
}
