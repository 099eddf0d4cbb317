package io.drover.worker.connectivity;

import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * Takes connectivity events into the ledger: whichever worker hears that a device connected, the device is due for all.
 * An event is never dropped because its device is not waiting yet: the ledger keeps it with a command under way, and a
 * command that has not begun finds the device connected. Confined to one event loop.
 */
final class ConnectivityEvents {
    /** Events in hand at any moment, those of the largest request and a little more; beyond, senders are turned away. */
    private static final int MOST_IN_HAND = 10_000;

    private static final Set<DeviceState> AWAITED = Set.of(DeviceState.WAITING, DeviceState.COMMANDED);

    /** How many of a request's records did what. */
    record Taken(int awakened, int ignored) {}

    private final DeviceStore devices;
    private final long migrationId;
    private final String applicationId;
    private final IntConsumer awakened;
    private final Map<EventOutcome, Counter> counters = new EnumMap<>(EventOutcome.class);
    private int inHand;

    /**
     * {@code awakened} hears how many devices became due.
     *
     * @param applicationId the migration's source as ARM names it; null takes events of any application
     */
    ConnectivityEvents(
            DeviceStore devices, long migrationId, String applicationId, MeterRegistry meters, IntConsumer awakened) {
        this.devices = devices;
        this.migrationId = migrationId;
        this.applicationId = applicationId;
        this.awakened = awakened;
        for (EventOutcome outcome : EventOutcome.values()) {
            counters.put(
                    outcome,
                    Counter.builder("drover.connectivity.events")
                            .description("What the webhook heard")
                            .tag("outcome", outcome.label())
                            .register(meters));
        }
    }

    /** False when so many events are in hand that these must not be taken. */
    boolean hasRoomFor(int events) {
        return inHand + events <= MOST_IN_HAND;
    }

    /** Completes after the commit; fails when the ledger could not be written, and then the events may come again. */
    Future<Taken> take(List<ConnectivityEvent> events) {
        Map<String, Instant> connected = new HashMap<>();
        for (ConnectivityEvent event : events) {
            boolean foreign = applicationId != null && !applicationId.equals(event.applicationId());
            if (foreign) {
                count(EventOutcome.FOREIGN, 1);
            } else if (!event.connected()) {
                count(EventOutcome.NOT_A_CONNECTION, 1);
            } else {
                connected.merge(event.deviceId(), event.at(), (one, other) -> one.isAfter(other) ? one : other);
            }
        }
        inHand += events.size();
        return devices.known(migrationId, connected.keySet(), AWAITED)
                .compose(awaited -> awake(awaited, connected))
                .onSuccess(due -> {
                    count(EventOutcome.AWAKENED, due);
                    count(EventOutcome.NOT_AWAITED, connected.size() - due);
                    if (due > 0) {
                        awakened.accept(due);
                    }
                })
                .map(due -> new Taken(due, events.size() - due))
                .onComplete(done -> inHand -= events.size());
    }

    /** The store writes these in transactions of many; at most what is in hand waits for it. */
    private Future<Integer> awake(List<String> awaited, Map<String, Instant> connected) {
        List<Future<Boolean>> written = awaited.stream()
                .map(id -> devices.awake(new DeviceKey(migrationId, id), connected.get(id), "connected at the source"))
                .toList();
        return Future.all(written)
                .map(done -> (int) written.stream().filter(Future::result).count());
    }

    void count(EventOutcome outcome, int events) {
        counters.get(outcome).increment(events);
    }
}
