package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.azure.sdk.iot.device.ClientOptions;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.IotHubStatusCode;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.device.transport.IotHubConnectionStatus;
import com.microsoft.azure.sdk.iot.device.transport.NoRetry;
import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.fleet.credential.SymmetricKeys;
import io.drover.simulator.fleet.sdk.ConnectToSslContext;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Devices whose token has run out: at the hub with Microsoft's unmodified device client, which can be given tokens. Its provisioning
 * client makes its own, always good for an hour, so there the protocols themselves are spoken.
 */
@Timeout(60)
class ExpiredTokenIT {
    @TempDir
    static Path data;

    private static RunningCloud cloud;

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stop();
    }

    @Test
    void anExpiredTokenIsRefusedByTheHub() throws Exception {
        DeviceClient client = client("late-1", () -> Instant.now().minusSeconds(60));

        assertThatThrownBy(() -> client.open(false))
                .isInstanceOfSatisfying(
                        IotHubClientException.class,
                        refused -> assertThat(refused.getStatusCode()).isEqualTo(IotHubStatusCode.UNAUTHORIZED));
        client.close();
        assertThat(connectionState("late-1")).isEqualTo("Disconnected");
    }

    @Test
    void aConnectedDeviceIsDisconnectedWhenItsTokenExpires() throws Exception {
        // Given: a token made when the client asks for it, however long it took to come so far
        AtomicReference<Instant> expiry = new AtomicReference<>();
        DeviceClient client = client("late-2", () -> {
            expiry.set(Instant.now().plusSeconds(5));
            return expiry.get();
        });
        CompletableFuture<Instant> lost = new CompletableFuture<>();
        client.setConnectionStatusChangeCallback(
                change -> {
                    if (change.getNewStatus() == IotHubConnectionStatus.DISCONNECTED) {
                        lost.complete(Instant.now());
                    }
                },
                null);

        // When
        client.open(false);

        // Then: an expiry is a whole second
        assertThat(lost.get(40, TimeUnit.SECONDS)).isAfterOrEqualTo(expiry.get().minusSeconds(1));
        client.close();
        cloud.until(() -> connectionState("late-2").equals("Disconnected"));
    }

    @Test
    void anExpiredTokenIsRefusedByTheProvisioningServiceAtRegisterOverMqttAndHttps() throws Exception {
        // Given
        cloud.addDevice("late-3");
        String key = SymmetricKeys.derive(cloud.sourceGroupKeys().getString("primaryKey"), "late-3");
        String scope = cloud.sourceIdScope("late-3");
        Instant expiry = Instant.now().minusSeconds(60);
        List<String> topics = new ArrayList<>();

        // When
        JsonObject overMqtt = SourceDevice.register(cloud, "late-3", key, expiry, topics::add);
        HttpResponse<?> overHttps = cloud.device(
                HttpMethod.PUT,
                "/" + scope + "/registrations/late-3/register",
                SymmetricKeys.provisioningToken(scope, "late-3", key, expiry),
                new JsonObject().put("registrationId", "late-3"));

        // Then: CONNECT and SUBSCRIBE were granted, the first answer is the refusal
        assertThat(topics).singleElement().asString().startsWith("$dps/registrations/res/401/?$rid=1");
        assertThat(overMqtt.getInteger("errorCode")).isEqualTo(401000);
        assertThat(overHttps.statusCode()).isEqualTo(401);
        assertThat(overHttps.bodyAsJsonObject().getInteger("errorCode")).isEqualTo(401000);
        assertThat(SourceDevice.register(cloud, "late-3", key).getString("status"))
                .isEqualTo("assigned");
    }

    /** A client of a new device, with tokens that expire then and without retries. */
    private static DeviceClient client(String id, Supplier<Instant> expiry) throws Exception {
        String key = cloud.targetHub(HttpMethod.PUT, "/devices/" + id, new JsonObject().put("deviceId", id))
                .bodyAsJsonObject()
                .getJsonObject("authentication")
                .getJsonObject("symmetricKey")
                .getString("primaryKey");
        String resource = RunningCloud.TARGET_HUB + "/devices/" + id;
        DeviceClient client = new DeviceClient(
                RunningCloud.TARGET_HUB,
                id,
                () -> SasToken.sign(resource, key, expiry.get(), null).toCharArray(),
                IotHubClientProtocol.MQTT,
                ClientOptions.builder()
                        .sslContext(ConnectToSslContext.of(
                                cloud.ports().caCertificate(), cloud.ports().mqtt()))
                        .build());
        client.setRetryPolicy(new NoRetry());
        return client;
    }

    private static String connectionState(String id) throws Exception {
        return cloud.targetHub(HttpMethod.GET, "/devices/" + id, null)
                .bodyAsJsonObject()
                .getString("connectionState");
    }
}
