package io.drover.simulator.cloud.hub.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.core.amqp.exception.AmqpErrorCondition;
import com.azure.core.amqp.exception.AmqpException;
import com.azure.messaging.eventhubs.EventHubClientBuilder;
import com.azure.messaging.eventhubs.EventHubConsumerAsyncClient;
import com.azure.messaging.eventhubs.models.EventPosition;
import com.azure.messaging.eventhubs.models.PartitionEvent;
import com.azure.messaging.eventhubs.models.ReceiveOptions;
import io.drover.simulator.cloud.hub.DeviceCredential;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubDevice;
import io.drover.simulator.cloud.hub.HubException;
import io.drover.simulator.cloud.hub.HubSku;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.proton.ProtonServerOptions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;

/** Microsoft's unmodified Event Hubs client against the endpoint, over TLS. */
@Timeout(60)
class TelemetryEndpointIT {
    private static final String NAMESPACE = "ihsuprod-target-hub.servicebus.test";
    private static final Instant FIRST = Instant.parse("2026-11-23T06:00:00Z");
    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final Vertx vertx = Vertx.vertx();
    private final Hub hub = new Hub("target-hub.azure-devices.test", HubSku.S1, 1, Clock.systemUTC(), new Random(1));
    private SSLContext defaultBefore;
    private TelemetryEndpoint endpoint;
    private int port;

    @BeforeEach
    void listen() throws Exception {
        TestCertificate certificate = TestCertificate.create();
        defaultBefore = SSLContext.getDefault();
        SSLContext.setDefault(certificate.trustingContext());
        ProtonServerOptions options = new ProtonServerOptions();
        options.setSsl(true).setKeyCertOptions(certificate.serverOptions());
        endpoint = new TelemetryEndpoint(
                vertx,
                options,
                host -> host.equals(NAMESPACE) ? Optional.of(hub) : Optional.empty(),
                Clock.systemUTC());
        port = endpoint.listen(0).await(10, TimeUnit.SECONDS);
    }

    @AfterEach
    void close() throws Exception {
        endpoint.close().await(10, TimeUnit.SECONDS);
        vertx.close().await(10, TimeUnit.SECONDS);
        SSLContext.setDefault(defaultBefore);
    }

    @Test
    void theUnmodifiedClientReadsAllPartitionsFromTheBeginning() {
        send(0, 100);

        try (EventHubConsumerAsyncClient client = client("service", key("service"))) {
            List<PartitionEvent> events = readAll(client, EventPosition.earliest(), 100);

            assertThat(events.stream().map(e -> e.getData().getBodyAsString()))
                    .hasSize(100)
                    .doesNotHaveDuplicates();
            Set<String> partitions = events.stream()
                    .map(e -> e.getPartitionContext().getPartitionId())
                    .collect(Collectors.toSet());
            assertThat(partitions).hasSizeGreaterThan(1);
            assertThat(events).allSatisfy(TelemetryEndpointIT::carriesItsDevice);
        }
    }

    @Test
    void aReceiverThatBeginsAtAnInstantSeesNothingOlder() {
        send(0, 100);

        try (EventHubConsumerAsyncClient client = client("iothubowner", key("iothubowner"))) {
            Instant from = FIRST.plusSeconds(60);
            List<PartitionEvent> events = readAll(client, EventPosition.fromEnqueuedTime(from.minusMillis(1)), 40);

            assertThat(events)
                    .allSatisfy(e -> assertThat(e.getData().getEnqueuedTime()).isAfterOrEqualTo(from));
        }
    }

    @Test
    void eventsThatComeLaterArePushedAsTheyCome() {
        try (EventHubConsumerAsyncClient client = client("service", key("service"))) {
            var later = client.getPartitionIds()
                    .collectList()
                    .flatMapMany(ids -> Flux.fromIterable(ids)
                            .flatMap(id -> client.receiveFromPartition(id, EventPosition.earliest())))
                    .take(1_100)
                    .collectList()
                    .toFuture();
            for (int i = 0; i < 11; i++) {
                send(i * 100, 100);
            }

            assertThat(later)
                    .succeedsWithin(DEADLINE)
                    .satisfies(events -> assertThat(events).hasSize(1_100));
        }
    }

    @Test
    void partitionPropertiesTellTheNewestEvent() {
        send(0, 100);

        try (EventHubConsumerAsyncClient client = client("service", key("service"))) {
            var partition = client.getPartitionProperties("1").block(DEADLINE);

            assertThat(partition.getLastEnqueuedSequenceNumber())
                    .isEqualTo(hub.telemetry().lastSequenceNumber(1));
            assertThat(partition.isEmpty()).isFalse();
        }
    }

    @Test
    void anotherConsumerGroupReadsByItselfOnceItExists() {
        send(0, 10);
        assertThatThrownBy(() -> readFrom("workers"))
                .isInstanceOfSatisfying(
                        AmqpException.class,
                        refused -> assertThat(refused.getErrorCondition()).isEqualTo(AmqpErrorCondition.NOT_FOUND));

        hub.consumerGroups().create("workers");

        assertThat(readFrom("workers").getData().getBodyAsString()).contains("truck");
        for (int i = hub.consumerGroups().names().size(); i < 20; i++) {
            hub.consumerGroups().create("group" + i);
        }
        assertThatThrownBy(() -> hub.consumerGroups().create("onemore")).isInstanceOf(HubException.class);
    }

    private PartitionEvent readFrom(String group) {
        try (EventHubConsumerAsyncClient client = client("service", key("service"), group)) {
            return client.receiveFromPartition("1", EventPosition.earliest()).blockFirst(DEADLINE);
        }
    }

    @Test
    void aReceiverWithAHigherEpochDisplacesTheOne() {
        send(0, 40);
        try (EventHubConsumerAsyncClient first = client("service", key("service"));
                EventHubConsumerAsyncClient second = client("service", key("service"))) {
            CompletableFuture<PartitionEvent> begun = new CompletableFuture<>();
            CompletableFuture<Throwable> displaced = new CompletableFuture<>();
            var reading = first.receiveFromPartition("1", EventPosition.earliest(), owner(1))
                    .subscribe(begun::complete, displaced::complete);
            assertThat(begun).succeedsWithin(DEADLINE);

            PartitionEvent taken = second.receiveFromPartition("1", EventPosition.earliest(), owner(2))
                    .blockFirst(DEADLINE);

            assertThat(taken).isNotNull();
            assertThat(displaced)
                    .succeedsWithin(DEADLINE)
                    .isInstanceOfSatisfying(
                            AmqpException.class,
                            lost -> assertThat(lost.getErrorCondition()).isEqualTo(AmqpErrorCondition.LINK_STOLEN));
            reading.dispose();
        }
    }

    private static ReceiveOptions owner(long level) {
        return new ReceiveOptions().setOwnerLevel(level);
    }

    @Test
    void aWrongKeyIsRefused() {
        try (EventHubConsumerAsyncClient client = client("service", key("registryRead"))) {
            assertUnauthorized(client);
        }
    }

    @Test
    void aPolicyWithoutServiceConnectIsRefused() {
        try (EventHubConsumerAsyncClient client = client("registryRead", key("registryRead"))) {
            assertUnauthorized(client);
        }
    }

    private static void assertUnauthorized(EventHubConsumerAsyncClient client) {
        assertThatThrownBy(() -> client.receiveFromPartition("0", EventPosition.earliest())
                        .blockFirst(DEADLINE))
                .isInstanceOfSatisfying(
                        AmqpException.class,
                        refused -> assertThat(refused.getErrorCondition())
                                .isEqualTo(AmqpErrorCondition.UNAUTHORIZED_ACCESS));
    }

    private static void carriesItsDevice(PartitionEvent event) {
        Map<String, Object> system = event.getData().getSystemProperties();
        String body = event.getData().getBodyAsString();
        assertThat(body).contains(String.valueOf(system.get("iothub-connection-device-id")));
        assertThat(system).containsKeys("iothub-enqueuedtime", "iothub-message-source");
        assertThat(event.getData().getProperties()).containsEntry("unit", "celsius");
    }

    private List<PartitionEvent> readAll(EventHubConsumerAsyncClient client, EventPosition position, int count) {
        return client.getPartitionIds()
                .flatMap(id -> client.receiveFromPartition(id, position))
                .take(count)
                .collectList()
                .block(DEADLINE);
    }

    private void send(int from, int count) {
        for (int i = from; i < from + count; i++) {
            String id = "truck-" + i % 20;
            HubDevice device = hub.createOrGet(id, new DeviceCredential(SymmetricKey.generate(new Random(i))), null);
            Buffer body = Buffer.buffer("{\"device\":\"" + id + "\",\"n\":" + i + "}");
            hub.telemetry().append(device, body, Map.of("unit", "celsius"), FIRST.plusSeconds(i));
        }
    }

    private String key(String policy) {
        return hub.policies().get(policy).key().primary();
    }

    private EventHubConsumerAsyncClient client(String policy, String key) {
        return client(policy, key, "$Default");
    }

    private EventHubConsumerAsyncClient client(String policy, String key, String group) {
        return new EventHubClientBuilder()
                .connectionString("Endpoint=sb://" + NAMESPACE + "/;SharedAccessKeyName=" + policy + ";SharedAccessKey="
                        + key + ";EntityPath=target-hub")
                .customEndpointAddress("https://127.0.0.1:" + port)
                .consumerGroup(group)
                .retryOptions(new AmqpRetryOptions().setMaxRetries(1).setTryTimeout(Duration.ofSeconds(10)))
                .buildAsyncConsumerClient();
    }
}
