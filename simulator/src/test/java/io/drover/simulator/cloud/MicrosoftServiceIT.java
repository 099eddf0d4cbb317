package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.azure.sdk.iot.device.ClientOptions;
import com.microsoft.azure.sdk.iot.device.DeviceClient;
import com.microsoft.azure.sdk.iot.device.IotHubClientProtocol;
import com.microsoft.azure.sdk.iot.device.IotHubMessageResult;
import com.microsoft.azure.sdk.iot.device.IotHubStatusCode;
import com.microsoft.azure.sdk.iot.device.exceptions.IotHubClientException;
import com.microsoft.azure.sdk.iot.device.transport.IotHubConnectionStatus;
import com.microsoft.azure.sdk.iot.device.transport.NoRetry;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodResponse;
import com.microsoft.azure.sdk.iot.service.ProxyOptions;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubConflictException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubNotFoundException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubPreconditionFailedException;
import com.microsoft.azure.sdk.iot.service.exceptions.IotHubUnauthorizedException;
import com.microsoft.azure.sdk.iot.service.jobs.ScheduledJob;
import com.microsoft.azure.sdk.iot.service.jobs.ScheduledJobStatus;
import com.microsoft.azure.sdk.iot.service.jobs.ScheduledJobsClient;
import com.microsoft.azure.sdk.iot.service.jobs.ScheduledJobsClientOptions;
import com.microsoft.azure.sdk.iot.service.messaging.AcknowledgementType;
import com.microsoft.azure.sdk.iot.service.messaging.FeedbackBatch;
import com.microsoft.azure.sdk.iot.service.messaging.FeedbackStatusCode;
import com.microsoft.azure.sdk.iot.service.messaging.IotHubServiceClientProtocol;
import com.microsoft.azure.sdk.iot.service.messaging.Message;
import com.microsoft.azure.sdk.iot.service.messaging.MessageFeedbackProcessorClient;
import com.microsoft.azure.sdk.iot.service.messaging.MessageFeedbackProcessorClientOptions;
import com.microsoft.azure.sdk.iot.service.messaging.MessagingClient;
import com.microsoft.azure.sdk.iot.service.messaging.MessagingClientOptions;
import com.microsoft.azure.sdk.iot.service.messaging.SendResult;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodRequestOptions;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodsClient;
import com.microsoft.azure.sdk.iot.service.methods.DirectMethodsClientOptions;
import com.microsoft.azure.sdk.iot.service.query.JobQueryResponse;
import com.microsoft.azure.sdk.iot.service.query.QueryClient;
import com.microsoft.azure.sdk.iot.service.query.QueryClientOptions;
import com.microsoft.azure.sdk.iot.service.query.QueryPageOptions;
import com.microsoft.azure.sdk.iot.service.query.TwinQueryResponse;
import com.microsoft.azure.sdk.iot.service.registry.Device;
import com.microsoft.azure.sdk.iot.service.registry.DeviceStatus;
import com.microsoft.azure.sdk.iot.service.registry.RegistryClient;
import com.microsoft.azure.sdk.iot.service.registry.RegistryClientOptions;
import com.microsoft.azure.sdk.iot.service.twin.Twin;
import com.microsoft.azure.sdk.iot.service.twin.TwinClient;
import com.microsoft.azure.sdk.iot.service.twin.TwinClientOptions;
import io.drover.simulator.fleet.sdk.ConnectToSslContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Microsoft's unmodified Java service clients against the whole emulated cloud, with the unmodified device client at the other end.
 * They are led to the emulator by a proxy, which all of them can be given.
 */
@Timeout(60)
class MicrosoftServiceIT {
    @TempDir
    static Path data;

    private static RunningCloud cloud;
    private static ProxyOptions proxy;
    private static SSLContext deviceTls;
    private static SSLContext trusting;
    private static SSLSocketFactory before;
    private static String owner;

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        proxy = new ProxyOptions(new ConnectProxy(cloud.vertx(), cloud.ports().https()).proxy());
        deviceTls = ConnectToSslContext.of(
                cloud.ports().caCertificate(), cloud.ports().mqtt());
        trusting = ConnectToSslContext.trusting(cloud.ports().caCertificate());
        before = HttpsURLConnection.getDefaultSSLSocketFactory();
        HttpsURLConnection.setDefaultSSLSocketFactory(trusting.getSocketFactory());
        owner = cloud.targetHubConnectionString("iothubowner");
    }

    @AfterAll
    static void stop() throws Exception {
        HttpsURLConnection.setDefaultSSLSocketFactory(before);
        cloud.stop();
    }

    @Test
    void theRegistryCreatesUpdatesAndDeletesDevicesAndModules() throws Exception {
        RegistryClient registry = registry(owner);
        Device created = registry.addDevice(new Device("reg-1"));
        assertThat(created.getPrimaryKey()).isNotBlank();
        assertThatThrownBy(() -> registry.addDevice(new Device("reg-1"))).isInstanceOf(IotHubConflictException.class);

        Device read = registry.getDevice("reg-1");
        read.setStatus(DeviceStatus.Disabled);
        Device updated = registry.updateDevice(read);
        assertThat(updated.getStatus()).isEqualTo(DeviceStatus.Disabled);
        assertThatThrownBy(() -> registry.removeDevice(created)).isInstanceOf(IotHubPreconditionFailedException.class);

        registry.addModule(new com.microsoft.azure.sdk.iot.service.registry.Module("reg-1", "engine"));
        assertThat(registry.getModulesOnDevice("reg-1"))
                .singleElement()
                .satisfies(module -> assertThat(module.getId()).isEqualTo("engine"));
        registry.removeModule("reg-1", "engine");
        assertThatThrownBy(() -> registry.getModule("reg-1", "engine")).isInstanceOf(IotHubNotFoundException.class);

        registry.removeDevice(updated);
        assertThatThrownBy(() -> registry.getDevice("reg-1")).isInstanceOf(IotHubNotFoundException.class);
    }

    @Test
    void aQueryGoesThroughAllPagesAndAggregates() throws Exception {
        for (int i = 0; i < 5; i++) {
            registry(owner).addDevice(new Device("page-" + i));
        }
        QueryClient queries = new QueryClient(
                owner, QueryClientOptions.builder().proxyOptions(proxy).build());
        QueryPageOptions twoEach = QueryPageOptions.builder().pageSize(2).build();

        TwinQueryResponse found =
                queries.queryTwins("SELECT * FROM devices WHERE STARTSWITH(deviceId, 'page-')", twoEach);
        List<String> ids = new ArrayList<>();
        while (found.hasNext()) {
            ids.add(found.next(twoEach).getDeviceId());
        }
        String count = queries.queryRaw("SELECT COUNT() AS n FROM devices WHERE STARTSWITH(deviceId, 'page-')")
                .next();

        assertThat(ids).containsExactly("page-0", "page-1", "page-2", "page-3", "page-4");
        assertThat(count).contains("\"n\":5");
    }

    @Test
    void aKeyThatIsWrongAndAPolicyWithoutTheRightAreRefused() throws Exception {
        String other = cloud.targetHubConnectionString("registryRead");
        String forged = other.replace("SharedAccessKeyName=registryRead", "SharedAccessKeyName=iothubowner");

        assertThatThrownBy(() -> registry(forged).getStatistics()).isInstanceOf(IotHubUnauthorizedException.class);
        assertThatThrownBy(() -> registry(other).addDevice(new Device("no")))
                .isInstanceOf(IotHubUnauthorizedException.class);
        assertThat(registry(other).getStatistics().getTotalDeviceCount()).isNotNegative();
    }

    @Test
    void aTwinChangeReachesTheDeviceAndItsReportReachesTheService() throws Exception {
        DeviceClient device = device("twin-1", IotHubClientProtocol.MQTT);
        try {
            CompletableFuture<Double> desired = new CompletableFuture<>();
            device.subscribeToDesiredProperties(
                    (twin, context) -> desired.complete(
                            ((Number) twin.getDesiredProperties().get("interval")).doubleValue()),
                    null);
            TwinClient twins = new TwinClient(
                    owner, TwinClientOptions.builder().proxyOptions(proxy).build());

            Twin twin = twins.get("twin-1");
            twin.getDesiredProperties().put("interval", 5);
            Twin patched = twins.patch(twin);

            assertThat(desired.get(20, TimeUnit.SECONDS)).isEqualTo(5.0);
            assertThat(patched.getDesiredProperties().getVersion()).isEqualTo(2);
            assertThat(twins.get("twin-1").getDesiredProperties().get("interval"))
                    .asString()
                    .startsWith("5");
        } finally {
            device.close();
        }
    }

    @Test
    void aDirectMethodIsAnsweredByTheDevice() throws Exception {
        DeviceClient device = device("method-1", IotHubClientProtocol.MQTT);
        try {
            device.subscribeToMethods(
                    (method, payload, context) -> new DirectMethodResponse(207, Map.of("echo", method)), null);
            DirectMethodsClient methods = new DirectMethodsClient(
                    owner,
                    DirectMethodsClientOptions.builder().proxyOptions(proxy).build());
            DirectMethodRequestOptions ping = DirectMethodRequestOptions.builder()
                    .payload("x")
                    .methodResponseTimeoutSeconds(20)
                    .build();

            assertThat(methods.invoke("method-1", "ping", ping).getStatus()).isEqualTo(207);
            assertThatThrownBy(() -> methods.invoke("nobody", "ping", ping))
                    .isInstanceOf(IotHubNotFoundException.class);
        } finally {
            device.close();
        }
    }

    @Test
    void aMessageReachesTheDeviceAndFeedbackTheSender() throws Exception {
        DeviceClient device = device("c2d-1", IotHubClientProtocol.MQTT);
        MessagingClient messaging = messaging();
        CompletableFuture<FeedbackBatch> feedback = new CompletableFuture<>();
        MessageFeedbackProcessorClient reader = new MessageFeedbackProcessorClient(
                owner,
                IotHubServiceClientProtocol.AMQPS_WS,
                batch -> {
                    feedback.complete(batch);
                    return AcknowledgementType.COMPLETE;
                },
                MessageFeedbackProcessorClientOptions.builder()
                        .proxyOptions(proxy)
                        .sslContext(trusting)
                        .build());
        try {
            CompletableFuture<String> received = new CompletableFuture<>();
            device.setMessageCallback(
                    (message, context) -> {
                        received.complete(new String(message.getBytes(), StandardCharsets.UTF_8) + "/"
                                + message.getProperty("colour"));
                        return IotHubMessageResult.COMPLETE;
                    },
                    null);
            messaging.open(20_000);
            reader.start(20_000);
            Message message = new Message("hello");
            message.setMessageId("m-1");
            message.setProperties(Map.of("colour", "deep red"));
            CompletableFuture<SendResult> sent = new CompletableFuture<>();

            messaging.sendAsync("c2d-1", message, sent::complete, null);

            assertThat(sent.get(20, TimeUnit.SECONDS).wasSentSuccessfully()).isTrue();
            assertThat(received.get(20, TimeUnit.SECONDS)).isEqualTo("hello/deep red");
            assertThat(feedback.get(20, TimeUnit.SECONDS).getRecords())
                    .singleElement()
                    .satisfies(record -> {
                        assertThat(record.getOriginalMessageId()).isEqualTo("m-1");
                        assertThat(record.getDeviceId()).isEqualTo("c2d-1");
                        assertThat(record.getStatusCode()).isEqualTo(FeedbackStatusCode.success);
                    });
        } finally {
            reader.stop(10_000);
            messaging.close(10_000);
            device.close();
        }
    }

    @Test
    void aMessageToAnUnknownDeviceIsRefused() throws Exception {
        MessagingClient messaging = messaging();
        messaging.open(20_000);
        try {
            CompletableFuture<SendResult> sent = new CompletableFuture<>();

            messaging.sendAsync("nobody", new Message("hello"), sent::complete, null);

            SendResult result = sent.get(20, TimeUnit.SECONDS);
            assertThat(result.wasSentSuccessfully()).isFalse();
            assertThat(result.getException()).isInstanceOf(IotHubNotFoundException.class);
        } finally {
            messaging.close(10_000);
        }
    }

    @Test
    void aJobUpdatesTwinsAndTellsOfEachDevice() throws Exception {
        for (int i = 0; i < 3; i++) {
            registry(owner).addDevice(new Device("job-" + i));
        }
        ScheduledJobsClient jobs = new ScheduledJobsClient(
                owner, ScheduledJobsClientOptions.builder().proxyOptions(proxy).build());
        Twin update = new Twin();
        update.getTags().put("floor", 7);
        update.setETag("*");

        jobs.scheduleUpdateTwin("floors", "STARTSWITH(deviceId, 'job-')", update, Date.from(Instant.now()), 100);
        cloud.until(() -> jobs.get("floors").getJobStatus() == ScheduledJobStatus.completed);

        ScheduledJob job = jobs.get("floors");
        assertThat(job.getJobStatistics().getSucceededCount()).isEqualTo(3);
        QueryClient queries = new QueryClient(
                owner, QueryClientOptions.builder().proxyOptions(proxy).build());
        JobQueryResponse parts = queries.queryJobs("SELECT * FROM devices.jobs WHERE devices.jobs.jobId = 'floors'");
        List<String> done = new ArrayList<>();
        while (parts.hasNext()) {
            done.add(parts.next().getDeviceId());
        }
        assertThat(done).containsExactly("job-0", "job-1", "job-2");
        assertThat(new TwinClient(
                                owner,
                                TwinClientOptions.builder().proxyOptions(proxy).build())
                        .get("job-1")
                        .getTags()
                        .get("floor"))
                .asString()
                .startsWith("7");
    }

    @Test
    void aDeviceConnectsOverWebSocketToo() throws Exception {
        SSLContext webSocket = ConnectToSslContext.of(
                cloud.ports().caCertificate(), cloud.ports().https());
        DeviceClient device = device("ws-1", IotHubClientProtocol.MQTT_WS, webSocket);
        try {
            device.sendEvent(new com.microsoft.azure.sdk.iot.device.Message("{}"));

            assertThat(registry(owner).getDevice("ws-1").getConnectionState().toString())
                    .isEqualToIgnoringCase("connected");
        } finally {
            device.close();
        }
    }

    @Test
    void aDisabledDeviceIsRefused() throws Exception {
        RegistryClient registry = registry(owner);
        Device device = registry.addDevice(new Device("off-1"));
        device.setStatus(DeviceStatus.Disabled);
        registry.updateDevice(device);

        assertRefused("off-1", device.getPrimaryKey());
    }

    @Test
    void anUnknownDeviceIsRefused() throws Exception {
        String key = registry(owner).addDevice(new Device("known-1")).getPrimaryKey();

        assertRefused("never-1", key);
    }

    private static void assertRefused(String id, String key) {
        DeviceClient client = client(id, key, IotHubClientProtocol.MQTT, deviceTls);
        client.setRetryPolicy(new NoRetry());
        assertThatThrownBy(() -> client.open(false))
                .isInstanceOfSatisfying(
                        IotHubClientException.class,
                        refused -> assertThat(refused.getStatusCode()).isEqualTo(IotHubStatusCode.UNAUTHORIZED));
    }

    @Test
    void aSecondConnectionOfADeviceReplacesTheFirst() throws Exception {
        String key = registry(owner).addDevice(new Device("twice-1")).getPrimaryKey();
        DeviceClient first = client("twice-1", key, IotHubClientProtocol.MQTT, deviceTls);
        DeviceClient second = client("twice-1", key, IotHubClientProtocol.MQTT, deviceTls);
        first.setRetryPolicy(new NoRetry());
        CompletableFuture<IotHubConnectionStatus> lost = new CompletableFuture<>();
        try {
            first.open(false);
            first.setConnectionStatusChangeCallback(
                    change -> {
                        if (change.getNewStatus() == IotHubConnectionStatus.DISCONNECTED) {
                            lost.complete(change.getNewStatus());
                        }
                    },
                    null);

            second.open(false);

            assertThat(lost.get(20, TimeUnit.SECONDS)).isEqualTo(IotHubConnectionStatus.DISCONNECTED);
            assertThat(registry(owner).getDevice("twice-1").getConnectionState().toString())
                    .isEqualToIgnoringCase("connected");
        } finally {
            first.close();
            second.close();
        }
    }

    private static MessagingClient messaging() {
        return new MessagingClient(
                owner,
                IotHubServiceClientProtocol.AMQPS_WS,
                MessagingClientOptions.builder()
                        .proxyOptions(proxy)
                        .sslContext(trusting)
                        .build());
    }

    private static RegistryClient registry(String connectionString) {
        return new RegistryClient(
                connectionString,
                RegistryClientOptions.builder().proxyOptions(proxy).build());
    }

    private static DeviceClient device(String id, IotHubClientProtocol protocol) throws Exception {
        return device(id, protocol, deviceTls);
    }

    private static DeviceClient device(String id, IotHubClientProtocol protocol, SSLContext tls) throws Exception {
        String key = registry(owner).addDevice(new Device(id)).getPrimaryKey();
        DeviceClient client = client(id, key, protocol, tls);
        client.open(false);
        return client;
    }

    private static DeviceClient client(String id, String key, IotHubClientProtocol protocol, SSLContext tls) {
        return new DeviceClient(
                "HostName=" + RunningCloud.TARGET_HUB + ";DeviceId=" + id + ";SharedAccessKey=" + key,
                protocol,
                ClientOptions.builder().sslContext(tls).build());
    }
}
