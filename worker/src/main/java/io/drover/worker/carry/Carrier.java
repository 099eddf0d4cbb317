package io.drover.worker.carry;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.PacedCalls;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.OwnedStore;
import io.drover.worker.device.OwnedStore.Found;
import io.drover.worker.device.TwinOutcome;
import io.drover.worker.owned.OwnedData;
import io.drover.worker.target.MigrationScope;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what devices own along, once they have arrived: reads it at the source as it stands then, writes at the target what
 * is missing there, compares, and hands the outcome to the ledger. Nothing is kept between rounds. One round at a time.
 */
public final class Carrier {
    private static final Logger LOG = LoggerFactory.getLogger(Carrier.class);
    /** As many as a query of a hub holds. */
    private static final int PAGE = 50;
    /** After so many tries without an end, that is the end. */
    private static final int TRIES = 6;

    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(2);

    private final MigrationScope scope;
    private final TwinWriter writer;
    private final DeviceStore devices;
    private final OwnedStore store;
    private final MeterRegistry meters;
    private final int compression;
    private final Clock clock;

    Carrier(
            MigrationScope scope,
            TwinWriter writer,
            DeviceStore devices,
            OwnedStore store,
            MeterRegistry meters,
            int compression,
            Clock clock) {
        this.scope = scope;
        this.writer = writer;
        this.devices = devices;
        this.store = store;
        this.meters = meters;
        this.compression = compression;
        this.clock = clock;
    }

    private record Settled(DeviceRow device, Settlement settlement) {}

    /** Completes with how many devices it looked at; as many as fit in a page ask for another round. */
    Future<Integer> sweep(long migrationId) {
        return store.due(migrationId, clock.instant(), PAGE)
                .compose(due -> due.isEmpty()
                        ? Future.succeededFuture(0)
                        : store.found(
                                        migrationId,
                                        due.stream().map(DeviceRow::deviceId).toList())
                                .compose(before -> settle(due).compose(done -> keep(migrationId, done, before)))
                                .map(done -> due.size()));
    }

    /** Whether another round is asked for at once. */
    static boolean isFull(int looked) {
        return looked == PAGE;
    }

    private Future<List<Settled>> settle(List<DeviceRow> due) {
        return scope.source()
                .owned(due)
                .compose(owned -> eachOf(due, row -> settle(row, owned)))
                .recover(cause ->
                        cause instanceof AzureException ? eachOf(due, this::alone) : Future.failedFuture(cause));
    }

    /** One that the source does not show for some reason must not hold up the others of its page. */
    private Future<Settlement> alone(DeviceRow row) {
        return scope.source()
                .owned(List.of(row))
                .compose(owned -> settle(row, owned))
                .recover(Carrier::unreached);
    }

    private static Future<List<Settled>> eachOf(List<DeviceRow> due, Function<DeviceRow, Future<Settlement>> settling) {
        Queue<Settled> settled = new ConcurrentLinkedQueue<>();
        return PacedCalls.each(due, row -> settling.apply(row).onSuccess(end -> settled.add(new Settled(row, end))))
                .map(done -> List.copyOf(settled));
    }

    private Future<Settlement> settle(DeviceRow row, Map<String, OwnedData> owned) {
        OwnedData mine = owned.get(row.deviceId());
        if (mine == null) {
            return Future.succeededFuture(Settlement.refused("device", "not known at the source"));
        }
        return scope.target()
                .owned(row)
                .map(place -> writer.settle(row.deviceId(), mine, place).recover(Carrier::unreached))
                .orElseGet(() -> Future.succeededFuture(
                        Settlement.undecided("device", "at no hub that is linked to the target")));
    }

    private static Future<Settlement> unreached(Throwable cause) {
        if (!(cause instanceof AzureException answer)) {
            return Future.failedFuture(cause);
        }
        LOG.warn("What a device owns was not read, or not brought to the target: {}", answer.getMessage());
        return Future.succeededFuture(Settlement.undecided("device", answer.status() + " " + answer.code()));
    }

    /** What was found comes before the verdict that may follow from the outcome. */
    private Future<Void> keep(long migrationId, List<Settled> settled, Map<String, Found> before) {
        Instant now = clock.instant();
        List<Found> found = settled.stream()
                .filter(one -> one.settlement().outcome() != TwinOutcome.EQUAL
                        || before.containsKey(one.device().deviceId()))
                .map(one -> found(one, tries(one, before), now))
                .toList();
        return store.keep(migrationId, found)
                .compose(kept -> Future.all(settled.stream()
                        .map(one -> record(one, tries(one, before), now))
                        .toList()))
                .mapEmpty();
    }

    private static int tries(Settled one, Map<String, Found> before) {
        Found earlier = before.get(one.device().deviceId());
        return 1 + (earlier == null ? 0 : earlier.tries());
    }

    private Found found(Settled one, int tries, Instant now) {
        Duration pause = PAUSE.multipliedBy(1L << Math.min(tries - 1, 6));
        Duration bounded = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
        return new Found(
                one.device().deviceId(),
                tries,
                now.plus(bounded.dividedBy(compression)),
                one.settlement().texts());
    }

    private Future<?> record(Settled one, int tries, Instant now) {
        Settlement end = tries >= TRIES ? one.settlement().atLast() : one.settlement();
        if (end.outcome() == null) {
            return Future.succeededFuture();
        }
        Counter.builder("drover.owned.compared")
                .description("Devices whose desired properties, tags and names were compared with the source")
                .tag("outcome", end.outcome().name().toLowerCase(Locale.ROOT))
                .register(meters)
                .increment();
        Counter.builder("drover.owned.differences")
                .description("Differences that were found and could not be removed")
                .register(meters)
                .increment(end.differences().size());
        String detail = String.join("; ", end.texts());
        return devices.recordAnswer(
                one.device().key(), Evidence.twin(end.outcome(), now, detail.isEmpty() ? null : detail));
    }
}
