package io.drover.worker.dispatch;

import io.drover.worker.azure.AzureException;
import io.drover.worker.device.AttemptTrace;
import io.drover.worker.device.DeviceClaim;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.EvidenceKind;
import io.drover.worker.dispatch.DispatchGate.Permit;
import io.drover.worker.source.MoveReply;
import io.drover.worker.source.MoveTarget;
import io.drover.worker.target.MigrationScope;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commands due devices at the pace that the target can take arrivals, with a bound on commands in flight. Devices are
 * committed as COMMANDED before their requests leave, so a crash never forgets a command. Confined to one event loop.
 */
public final class Dispatcher {
    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    /** Beyond the device's time to answer: queueing here and the service's own time. */
    private static final Duration MARGIN = Duration.ofSeconds(25);
    /** How long one permission is used before the ledger is asked again. */
    private static final Duration PERMIT = Duration.ofSeconds(1);
    /** Claims are made for a short time, so that a pause or a crash catches few; longer only where claiming is slow. */
    private static final Duration CLAIMS_AHEAD = Duration.ofMillis(250);

    private static final Duration LONGEST_AHEAD = Duration.ofSeconds(2);
    /** The next claim begins at least so long before the last slot of the one before. */
    private static final Duration AHEAD = Duration.ofMillis(600);
    /** With a longer wait for a slot nothing is claimed: an answer's deadline runs from the claim. */
    private static final Duration LONGEST_QUEUE = Duration.ofSeconds(5);

    /**
     * Who sends commands, and how.
     *
     * @param trusted false while the other workers may take this one for lost and command its devices themselves
     */
    public record Sender(String owner, Duration answer, int maxInFlight, BooleanSupplier trusted) {}

    private final MigrationScope scope;
    private final DeviceStore store;
    private final DispatchGate gate;
    private final CommandPacer pacer;
    private final BooleanSupplier trusted;
    private final Sender sender;
    private final Consumer<String> forbidden;
    private final Clock clock;
    private int inFlight;
    /** How long the last claim took, from asking for devices to having their slots. */
    private Duration claiming = Duration.ZERO;

    private Promise<Void> quiet = Promise.promise();

    /** {@code forbidden} hears what the source said when it does not let this client command devices. */
    Dispatcher(
            MigrationScope scope,
            DeviceStore store,
            DispatchGate gate,
            CommandPacer pacer,
            Sender sender,
            Consumer<String> forbidden,
            Clock clock) {
        this.scope = scope;
        this.store = store;
        this.gate = gate;
        this.pacer = pacer;
        this.trusted = sender.trusted();
        this.sender = sender;
        this.forbidden = forbidden;
        this.clock = clock;
    }

    /**
     * Commands due devices for about a second; {@code freed} runs whenever a command is done. Completes with true when
     * the time was up before the work was.
     */
    Future<Boolean> sweep(long migrationId, Runnable freed) {
        return gate.permit(migrationId).compose(permit -> {
            if (permit.isEmpty()) {
                return Future.succeededFuture(false);
            }
            pacer.cap(permit.get().perSecond());
            return pump(migrationId, permit.get(), clock.millis() + PERMIT.toMillis(), freed);
        });
    }

    private Future<Boolean> pump(long migrationId, Permit permit, long until, Runnable freed) {
        int wanted =
                Math.min(room(), (int) Math.ceil(pacer.perSecond() * claimsFor().toMillis() / 1000));
        if (wanted <= 0 || !trusted.getAsBoolean()) {
            return Future.succeededFuture(false);
        }
        if (clock.millis() >= until) {
            return Future.succeededFuture(true);
        }
        long begun = System.nanoTime();
        return pacer.closedFor()
                .compose(closed -> closed.compareTo(LONGEST_QUEUE) > 0
                        ? Future.succeededFuture(false)
                        : claim(migrationId, permit, wanted)
                                .compose(claimed -> claimed.isEmpty()
                                        ? Future.succeededFuture(false)
                                        : send(claimed, begun, freed)
                                                .compose(sent -> pump(migrationId, permit, until, freed))));
    }

    /** At least twice what a claim takes, or a slow ledger would be the limit. */
    private Duration claimsFor() {
        Duration twice = claiming.multipliedBy(2);
        Duration least = twice.compareTo(CLAIMS_AHEAD) > 0 ? twice : CLAIMS_AHEAD;
        return least.compareTo(LONGEST_AHEAD) > 0 ? LONGEST_AHEAD : least;
    }

    /** Counts them as in flight from the claim on; completes when it is time to claim more. */
    private Future<Void> send(List<DeviceRow> claimed, long begunNanos, Runnable freed) {
        inFlight += claimed.size();
        List<Runnable> commands =
                claimed.stream().<Runnable>map(row -> () -> send(row, freed)).toList();
        Duration ahead = claimsFor().compareTo(AHEAD) > 0 ? claimsFor() : AHEAD;
        return pacer.send(
                commands, commands.size(), ahead, () -> claiming = Duration.ofNanos(System.nanoTime() - begunNanos));
    }

    /** True when a finished command makes room that a sweep had missed. */
    int room() {
        return sender.maxInFlight() - inFlight;
    }

    /** Devices not tried yet come first, but waiting ones always get a share: a long queue must not starve them. */
    private Future<List<DeviceRow>> claim(long migrationId, Permit permit, int wanted) {
        if (!permit.waiting()) {
            return claim(migrationId, permit, DeviceState.REGISTERED, wanted);
        }
        int share = Math.max(1, wanted / 4);
        return claim(migrationId, permit, DeviceState.WAITING, share).compose(back -> {
            List<DeviceRow> all = new ArrayList<>(back);
            return claimMore(all, migrationId, permit, DeviceState.REGISTERED, wanted)
                    .compose(done -> claimMore(all, migrationId, permit, DeviceState.WAITING, wanted));
        });
    }

    private Future<List<DeviceRow>> claimMore(
            List<DeviceRow> all, long migrationId, Permit permit, DeviceState state, int wanted) {
        return all.size() >= wanted
                ? Future.succeededFuture(all)
                : claim(migrationId, permit, state, wanted - all.size()).map(more -> {
                    all.addAll(more);
                    return all;
                });
    }

    private Future<List<DeviceRow>> claim(long migrationId, Permit permit, DeviceState state, int limit) {
        return store.claim(new DeviceClaim(
                migrationId,
                state,
                permit.openWaves(),
                // A job commands no device that waits because it was offline.
                state == DeviceState.WAITING ? Set.of() : permit.heldWaves(),
                limit,
                clock.instant(),
                permit.lookedAt(),
                sender.answer().plus(MARGIN),
                sender.owner()));
    }

    private void send(DeviceRow row, Runnable freed) {
        command(row)
                .onFailure(cause -> LOG.warn("An answer could not be written down: {}", cause.getMessage()))
                .onComplete(done -> {
                    inFlight--;
                    freed.run();
                    if (inFlight == 0) {
                        quiet.tryComplete();
                    }
                });
    }

    /** Completes when no command is in flight any more; call when nothing more is sent. */
    Future<Void> quiet() {
        quiet = Promise.promise();
        if (inFlight == 0) {
            quiet.complete();
        }
        return quiet.future();
    }

    private Future<Boolean> command(DeviceRow row) {
        Future<Evidence> outcome = trusted.getAsBoolean()
                ? scope.target()
                        .moveTarget()
                        .transform(target -> target.succeeded()
                                ? move(row, target.result())
                                : Future.succeededFuture(
                                        notSent(row, target.cause().getMessage())))
                : Future.succeededFuture(notSent(row, "this worker stood still and may count as lost"));
        return outcome.compose(evidence -> store.recordAnswer(row.key(), evidence));
    }

    private Future<Evidence> move(DeviceRow row, MoveTarget target) {
        return told(row, target)
                .map(reply -> CommandOutcome.of(reply, row.attempt(), clock.instant()))
                .otherwise(cause -> failed(cause, row));
    }

    /** What is sent to tell it is a part of the attempt's trace. */
    private Future<MoveReply> told(DeviceRow row, MoveTarget target) {
        return AttemptTrace.of(row)
                .context()
                .wrapSupplier(() -> scope.source().move(row, target, sender.answer()))
                .get();
    }

    private Evidence notSent(DeviceRow row, String why) {
        return Evidence.notCarriedOut(EvidenceKind.THROTTLED, clock.instant(), row.attempt(), "not sent: " + why);
    }

    private Evidence failed(Throwable cause, DeviceRow row) {
        Evidence evidence = CommandOutcome.of(cause, row.attempt(), clock.instant());
        if (evidence.kind() == EvidenceKind.FORBIDDEN) {
            forbidden.accept(cause.getMessage());
        }
        if (cause instanceof AzureException refused && refused.retryAfter().isPresent()) {
            pacer.throttled(refused.retryAfter().get())
                    .onFailure(failure -> LOG.warn("The pace could not be slowed: {}", failure.getMessage()));
        }
        return evidence;
    }
}
