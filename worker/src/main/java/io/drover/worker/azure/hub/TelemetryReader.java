package io.drover.worker.azure.hub;

import com.azure.core.amqp.AmqpRetryMode;
import com.azure.core.amqp.AmqpRetryOptions;
import com.azure.messaging.eventhubs.EventHubClientBuilder;
import com.azure.messaging.eventhubs.EventHubConsumerAsyncClient;
import com.azure.messaging.eventhubs.models.EventPosition;
import com.azure.messaging.eventhubs.models.PartitionEvent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Reads what devices send to a hub, from all partitions of its built-in Event Hubs endpoint, with Microsoft's client.
 *
 * <p>Batches are handed over on the Vert.x context on which {@link #start} was called, one at a time: the next is
 * delivered when the callback has returned, and a slow callback stops the client from asking for more. A broken
 * receiver is opened again behind the last event it delivered, so no event is skipped; one may be seen twice.
 */
public final class TelemetryReader implements TelemetryFeed {
    private static final Logger LOG = LoggerFactory.getLogger(TelemetryReader.class);
    private static final int BATCH = TelemetryHandover.BATCH;
    private static final Duration START_DEADLINE = Duration.ofSeconds(30);
    private static final Duration FIRST_BACKOFF = Duration.ofSeconds(1);
    private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(30);
    private static final String DEVICE_ID = "iothub-connection-device-id";

    private final Vertx vertx;
    private final TelemetrySource source;
    private final Instant from;
    private final Map<String, Long> resume;
    private final Consumer<List<TelemetryObservation>> observed;
    private final Map<String, EventPosition> positions = new ConcurrentHashMap<>();
    private final Disposable.Composite open = Disposables.composite();

    /**
     * Nothing is opened before {@link #start}; events enqueued at {@code from} or later are reported.
     *
     * @param resume sequence numbers by partition behind which to begin; a partition that has not come so far, as of a
     *     hub that was made anew, is read from {@code from}
     */
    public TelemetryReader(
            Vertx vertx,
            TelemetrySource source,
            Instant from,
            Map<String, Long> resume,
            Consumer<List<TelemetryObservation>> observed) {
        this.vertx = vertx;
        this.source = source;
        this.from = from.truncatedTo(ChronoUnit.MILLIS); // the precision of the service
        this.resume = Map.copyOf(resume);
        this.observed = observed;
    }

    /**
     * Connects and asks for the partitions, off the event loop; completes when reading has begun. Call once.
     *
     * <p>Fails when the hub refuses the key, the certificate is not trusted, or no answer comes within 30 s; the reader
     * is then closed.
     */
    @Override
    public Future<Void> start() {
        Context context = vertx.getOrCreateContext();
        Promise<Void> started = Promise.promise();
        open.add(() -> started.tryFail("closed before reading began"));
        open.add(Mono.fromCallable(this::client)
                .flatMap(client -> client.getPartitionIds()
                        .collectList()
                        .flatMap(partitions -> goOn(client, partitions).thenReturn(partitions))
                        .timeout(START_DEADLINE)
                        .doOnNext(partitions -> read(client, partitions, context)))
                .subscribeOn(Schedulers.boundedElastic())
                .subscribe(
                        partitions -> context.runOnContext(ignored -> started.tryComplete()),
                        failure -> context.runOnContext(ignored -> started.tryFail(failure))));
        return started.future().recover(failure -> close().transform(ignored -> Future.failedFuture(failure)));
    }

    /** Closes the connections, off the event loop; no batch is handed over afterwards. Closing twice is harmless. */
    @Override
    public Future<Void> close() {
        return vertx.executeBlocking(() -> {
            open.dispose();
            return null;
        });
    }

    private EventHubConsumerAsyncClient client() {
        EventHubClientBuilder builder = new EventHubClientBuilder()
                .connectionString(source.connectionString())
                .consumerGroup(source.consumerGroup())
                .prefetchCount(BATCH)
                .retryOptions(new AmqpRetryOptions()
                        .setMode(AmqpRetryMode.EXPONENTIAL)
                        .setMaxRetries(3)
                        .setDelay(FIRST_BACKOFF)
                        .setMaxDelay(LONGEST_BACKOFF)
                        .setTryTimeout(Duration.ofSeconds(15)));
        source.endpoint()
                .ifPresent(endpoint ->
                        builder.customEndpointAddress("https://" + endpoint.host() + ":" + endpoint.port()));
        EventHubConsumerAsyncClient client = builder.buildAsyncConsumerClient();
        open.add(client::close);
        return client;
    }

    private Mono<Void> goOn(EventHubConsumerAsyncClient client, List<String> partitions) {
        return Flux.fromIterable(partitions)
                .filter(resume::containsKey)
                .flatMap(client::getPartitionProperties)
                .doOnNext(partition -> {
                    long last = resume.get(partition.getId());
                    if (last <= partition.getLastEnqueuedSequenceNumber()) {
                        positions.put(partition.getId(), EventPosition.fromSequenceNumber(last));
                    }
                })
                .then(Mono.fromRunnable(() -> LOG.info(
                        "{} is read on where it was left in {} of {} partitions",
                        source,
                        positions.size(),
                        partitions.size())));
    }

    private void read(EventHubConsumerAsyncClient client, List<String> partitions, Context context) {
        TelemetryHandover handover = new TelemetryHandover(context, source.toString(), observed);
        open.add(handover);
        Flux.fromIterable(partitions)
                .flatMap(partition -> events(client, partition), Math.max(1, partitions.size()), BATCH)
                .subscribe(handover);
    }

    private Flux<TelemetryObservation> events(EventHubConsumerAsyncClient client, String partition) {
        return Flux.defer(() -> client.receiveFromPartition(
                        partition, positions.getOrDefault(partition, EventPosition.fromEnqueuedTime(from))))
                .doOnNext(event -> remember(partition, event))
                .filter(event -> event.getData().getSystemProperties().containsKey(DEVICE_ID)
                        && !event.getData().getEnqueuedTime().isBefore(from))
                .map(TelemetryReader::observation)
                .concatWith(Mono.error(() -> new IllegalStateException("the service ended the stream")))
                .retryWhen(Retry.backoff(Long.MAX_VALUE, FIRST_BACKOFF)
                        .maxBackoff(LONGEST_BACKOFF)
                        .transientErrors(true)
                        .doBeforeRetry(signal -> LOG.warn(
                                "Partition {} of {} broke off and is opened again: {}",
                                partition,
                                source,
                                signal.failure().getMessage())));
    }

    private void remember(String partition, PartitionEvent event) {
        positions.put(
                partition, EventPosition.fromSequenceNumber(event.getData().getSequenceNumber()));
    }

    private static TelemetryObservation observation(PartitionEvent event) {
        return new TelemetryObservation(
                String.valueOf(event.getData().getSystemProperties().get(DEVICE_ID)),
                event.getData().getEnqueuedTime(),
                event.getPartitionContext().getPartitionId(),
                event.getData().getSequenceNumber());
    }
}
