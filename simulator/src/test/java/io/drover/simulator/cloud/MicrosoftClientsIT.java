package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.messaging.eventhubs.EventData;
import com.azure.messaging.eventhubs.EventHubClientBuilder;
import com.azure.messaging.eventhubs.EventHubConsumerAsyncClient;
import com.azure.messaging.eventhubs.models.EventPosition;
import com.azure.messaging.eventhubs.models.PartitionEvent;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubStatusCode;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.device.twin.Twin;
import com.microsoft.azure.sdk.iot.device.twin.TwinCollection;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientRegistrationResult;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientStatus;
import com.microsoft.azure.sdk.iot.provisioning.device.internal.exceptions.ProvisioningDeviceClientException;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.drover.simulator.fleet.sdk.ConnectToSslContext;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Microsoft's unmodified Java device and provisioning clients against the whole emulated cloud, over MQTT with TLS. */
@Timeout(60)
class MicrosoftClientsIT {
    private static final String MOVE = "/components/migration/commands/DeviceMove";

    @TempDir
    static Path data;

    private static RunningCloud cloud;
    private static ConnectToSslContext ssl;

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        ssl = ConnectToSslContext.of(
                cloud.ports().caCertificate(), cloud.ports().mqtt());
        cloud.enrollAtTarget(cloud.sourceGroupKeys());
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stop();
    }

    @Test
    void aDeviceMovesFromIotCentralToTheHubByCommand() throws Exception {
        // Given: a device at work in IoT Central
        String id = "Truck-1";
        cloud.addDevice(id);
        try (MicrosoftDevice device = new MicrosoftDevice(id, groupKey(), ssl)) {
            ProvisioningDeviceClientRegistrationResult source = device.register(cloud.sourceIdScope(id));
            assertThat(source.getProvisioningDeviceClientStatus())
                    .isEqualTo(ProvisioningDeviceClientStatus.PROVISIONING_DEVICE_STATUS_ASSIGNED);
            device.open(source.getIothubUri());
            device.send("{\"temperature\":21}");
            CompletableFuture<String> moved = device.awaitMove();

            // When: it is told to move and does
            HttpResponse<?> answer = cloud.central(
                    HttpMethod.POST,
                    "/api/devices/" + id + MOVE,
                    new JsonObject().put("request", new JsonObject().put("idScope", cloud.targetIdScope())));
            String idScope = moved.get(10, TimeUnit.SECONDS);
            device.disconnect();
            ProvisioningDeviceClientRegistrationResult target = device.register(idScope);
            device.open(target.getIothubUri());
            device.send("{\"temperature\":22}");

            // Then
            assertThat(answer.statusCode()).isEqualTo(201);
            assertThat(answer.bodyAsJsonObject().getInteger("responseCode")).isEqualTo(200);
            assertThat(answer.bodyAsJsonObject().getJsonObject("response").getBoolean("accepted"))
                    .isTrue();
            assertThat(source.getIothubUri()).isNotEqualTo(target.getIothubUri());
            assertThat(target.getIothubUri()).isEqualTo(RunningCloud.TARGET_HUB);
            assertThat(target.getDeviceId()).isEqualTo(id);
            assertArrived(cloud.truth(id));
        }
    }

    private static void assertArrived(JsonObject truth) {
        assertThat(truth.getJsonArray("commands")).hasSize(1);
        assertThat(truth.getJsonObject("source").getLong("telemetryCount")).isEqualTo(1);
        assertThat(truth.getJsonObject("source").getBoolean("connected")).isFalse();
        JsonObject target = truth.getJsonArray("targets").getJsonObject(0);
        assertThat(target.getString("hub")).isEqualTo(RunningCloud.TARGET_HUB);
        assertThat(target.getLong("telemetryCount")).isEqualTo(1);
        assertThat(target.getBoolean("connected")).isTrue();
        assertThat(target.getString("firstTelemetryAt"))
                .isGreaterThan(truth.getJsonArray("commands").getJsonObject(0).getString("deliveredAt"));
    }

    @Test
    void aWrongKeyIsRefusedByProvisioningServiceAndHub() throws Exception {
        // Given: a device that is registered, and an impostor with its name
        String id = "truck-2";
        cloud.addDevice(id);
        String idScope = cloud.sourceIdScope(id);
        String hub;
        try (MicrosoftDevice device = new MicrosoftDevice(id, groupKey(), ssl)) {
            hub = device.register(idScope).getIothubUri();
        }
        String otherKey = SymmetricKey.generate(new Random(1)).primary();
        try (MicrosoftDevice impostor = new MicrosoftDevice(id, otherKey, ssl)) {

            // When / Then
            assertThatThrownBy(() -> impostor.register(idScope))
                    .isInstanceOf(ProvisioningDeviceClientException.class)
                    .hasStackTraceContaining("401");
            assertThatThrownBy(() -> impostor.open(hub))
                    .isInstanceOfSatisfying(
                            IotHubClientException.class,
                            refused -> assertThat(refused.getStatusCode()).isEqualTo(IotHubStatusCode.UNAUTHORIZED));
        }
        assertThat(cloud.truth(id).getJsonObject("source").getString("firstConnectedAt"))
                .isNull();
    }

    @Test
    void aTwinIsReadReportedAndChangedThroughTheClient() throws Exception {
        // Given: a device at the target hub
        String id = "truck-3";
        cloud.addDevice(id);
        try (MicrosoftDevice device = new MicrosoftDevice(id, groupKey(), ssl)) {
            DeviceClient client =
                    device.open(device.register(cloud.targetIdScope()).getIothubUri());
            CompletableFuture<Twin> desired = new CompletableFuture<>();
            client.subscribeToDesiredProperties((twin, context) -> desired.complete(twin), null);

            // When
            Twin before = device.twin();
            TwinCollection reported = before.getReportedProperties();
            reported.put("firmware", "1.2.3");
            device.report(reported);
            JsonObject patch = new JsonObject()
                    .put("properties", new JsonObject().put("desired", new JsonObject().put("interval", 5)));
            HttpResponse<?> patched = cloud.targetHub(HttpMethod.PATCH, "/twins/" + id, patch);
            Twin change = desired.get(10, TimeUnit.SECONDS);

            // Then
            assertThat(patched.statusCode()).isEqualTo(200);
            assertThat(((Number) change.getDesiredProperties().get("interval")).intValue())
                    .isEqualTo(5);
            JsonObject seen = cloud.targetHub(HttpMethod.GET, "/twins/" + id, null)
                    .bodyAsJsonObject()
                    .getJsonObject("properties")
                    .getJsonObject("reported");
            assertThat(seen.getString("firmware")).isEqualTo("1.2.3");
            assertThat(device.twin().getReportedProperties().get("firmware")).isEqualTo("1.2.3");
        }
    }

    @Test
    void telemetryOfTheDeviceClientIsReadByTheEventHubsClientThroughTheBuiltInEndpoint() throws Exception {
        String id = "truck-4";
        cloud.addDevice(id);
        SSLContext before = SSLContext.getDefault();
        // The Event Hubs client has no setting for trust: it uses the JVM's default.
        SSLContext.setDefault(ssl);
        try (MicrosoftDevice device = new MicrosoftDevice(id, groupKey(), ssl);
                EventHubConsumerAsyncClient reader = builtInEndpoint()) {
            device.open(device.register(cloud.targetIdScope()).getIothubUri());

            device.send("{\"temperature\":23}");

            EventData read = reader.getPartitionIds()
                    .flatMap(partition -> reader.receiveFromPartition(partition, EventPosition.earliest()))
                    .map(PartitionEvent::getData)
                    .filter(event -> id.equals(event.getSystemProperties().get("iothub-connection-device-id")))
                    .blockFirst(Duration.ofSeconds(40));
            assertThat(read).isNotNull();
            assertThat(read.getBodyAsString()).isEqualTo("{\"temperature\":23}");
            assertThat(read.getContentType()).isEqualTo("application/json");
            assertThat(read.getSystemProperties()).containsEntry("iothub-message-source", "Telemetry");
        } finally {
            SSLContext.setDefault(before);
        }
    }

    private static EventHubConsumerAsyncClient builtInEndpoint() throws Exception {
        String key = cloud.targetHubConnectionString("service").replaceFirst(".*SharedAccessKey=", "");
        return new EventHubClientBuilder()
                .connectionString("Endpoint=sb://ihsuprod-target-hub.servicebus.test/;SharedAccessKeyName=service;"
                        + "SharedAccessKey=" + key + ";EntityPath=target-hub")
                .customEndpointAddress("https://127.0.0.1:" + cloud.ports().amqp())
                .consumerGroup(EventHubClientBuilder.DEFAULT_CONSUMER_GROUP_NAME)
                .buildAsyncConsumerClient();
    }

    private static String groupKey() throws Exception {
        return cloud.sourceGroupKeys().getString("primaryKey");
    }
}
