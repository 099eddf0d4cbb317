package io.drover.simulator.cloud;

import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodPayload;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodResponse;
import com.microsoft.azure.sdk.iot.device.twin.Twin;
import com.microsoft.azure.sdk.iot.device.twin.TwinCollection;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientRegistrationResult;
import com.microsoft.azure.sdk.iot.provisioning.security.SecurityProviderSymmetricKey;
import io.drover.simulator.fleet.credential.DeviceCredential;
import io.drover.simulator.fleet.sdk.ConnectToSslContext;
import io.drover.simulator.fleet.sdk.SdkConnection;
import io.drover.simulator.fleet.sdk.SdkRegistration;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A device made of Microsoft's unmodified provisioning and device clients. Methods block; one thread at a time. */
final class MicrosoftDevice implements AutoCloseable {
    private final String id;
    private final ConnectToSslContext ssl;
    private final DeviceCredential key;
    private final SdkRegistration registration;
    private SdkConnection connection;

    /** @param groupKey the enrollment group's key in base64; the device's own is derived by Microsoft's code */
    MicrosoftDevice(String id, String groupKey, ConnectToSslContext ssl) {
        this.id = id;
        this.ssl = ssl;
        this.key = new DeviceCredential.Key(derived(groupKey, id));
        this.registration = new SdkRegistration(RunningCloud.GLOBAL_PROVISIONING, ssl);
    }

    private static String derived(String groupKey, String id) {
        try {
            byte[] derived = SecurityProviderSymmetricKey.ComputeDerivedSymmetricKey(
                    groupKey.getBytes(StandardCharsets.UTF_8), id);
            return new String(derived, StandardCharsets.US_ASCII);
        } catch (GeneralSecurityException unusable) {
            throw new IllegalArgumentException("the enrollment group's key cannot be used", unusable);
        }
    }

    /** Registers at the DPS with this id scope; fails with Microsoft's exception when it is refused. */
    ProvisioningDeviceClientRegistrationResult register(String idScope) throws Exception {
        return registration.register(idScope, id, key);
    }

    DeviceClient open(String hub) throws Exception {
        connection = SdkConnection.open(hub, id, key, ssl);
        return connection.client();
    }

    /** Sends one telemetry message and waits until the hub has acknowledged it. */
    void send(String json) throws Exception {
        connection.client().sendEvent(SdkConnection.message(json));
    }

    /** Reads the twin. */
    Twin twin() throws Exception {
        return connection.twin();
    }

    /** Reports properties. */
    void report(TwinCollection reported) throws Exception {
        connection.report(reported);
    }

    /** Listens for methods; completes with the id scope of the first DeviceMove, which is acknowledged with 200, all else with 404. */
    CompletableFuture<String> awaitMove() throws Exception {
        CompletableFuture<String> moved = new CompletableFuture<>();
        connection.onMethod((method, payload, context) -> {
            if (!method.equals("migration*DeviceMove")) {
                return new DirectMethodResponse(404, null);
            }
            moved.complete(idScope(payload));
            return new DirectMethodResponse(200, Map.of("accepted", true));
        });
        return moved;
    }

    /** Closes the connection to the hub, if there is one; another may be opened. */
    void disconnect() {
        if (connection != null) {
            connection.close();
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
