package io.drover.simulator.fleet.device;

import io.drover.simulator.fleet.Defect;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.Seeded;
import io.drover.simulator.fleet.behaviour.Behaviour;
import io.drover.simulator.fleet.behaviour.BehaviourType;
import io.drover.simulator.fleet.credential.CredentialKind;
import io.drover.simulator.fleet.credential.DeviceCredential;
import io.drover.simulator.load.LoadTrack;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.ThreadLocalRandom;

/**
 * What every virtual device lives through, whatever it speaks with: provision, connect, send telemetry, accept DeviceMove, and after it
 * the same again with the new id scope, as often as it is told, also back to where it began; and between failures a wait that doubles.
 * An engine adds how its devices register, connect and send. All of it runs on one event loop; the outcome of what takes time
 * counts only while the device still waits for it (its epoch).
 */
public abstract class DeviceLifecycle implements VirtualDevice {
    private static final int PURPOSE_ANSWER_DELAY = 2;
    private static final int PURPOSE_MOVE_DELAY = 3;
    private static final int PURPOSE_THINK = 5;

    /** What devices of one event loop and engine share. */
    public record Shared(Vertx vertx, FleetSettings settings, EngineCounters counters) {}

    private final Shared shared;
    private final int index;
    private final String deviceId;
    private final Scenario.Group group;
    private DeviceCredential credential;
    private DevicePhase phase = DevicePhase.WAITING;
    private String idScope;
    private String nextIdScope;
    private boolean moving;
    private boolean left;
    private boolean settled;
    private LoadTrack track;
    private String hub;
    private long timer = -1;
    private int failures;
    private int epoch;
    private long sent;

    /** A device that waits for its start. */
    protected DeviceLifecycle(Shared shared, int index, String deviceId, Scenario.Group group) {
        this.shared = shared;
        this.index = index;
        this.deviceId = deviceId;
        this.group = group;
        this.idScope = shared.settings().sourceIdScope();
        shared.counters().added(phase);
    }

    /**
     * Asks the provisioning service of the id scope for the device's hub.
     *
     * @param started to be run when the first attempt really begins
     * @return the host name of the hub; fails with what {@link DeviceFailure#reasonOf} can name
     */
    protected abstract Future<String> register(String idScope, DeviceCredential shown, Runnable started);

    /**
     * Connects to {@link #hub()} and subscribes. Ends in {@link #online()} or {@link #refused}, both through {@link #ifCurrent} with the
     * epoch of its beginning.
     */
    protected abstract void connect();

    /** What the device has to do at its hub once it is connected, before its telemetry. */
    protected abstract void arrived();

    /** Sends one message to the hub; completes when the hub has acknowledged it. */
    protected abstract Future<Void> send(JsonObject message);

    /** From now on the device is to stay connected and to say nothing. */
    protected abstract void fallSilent();

    /** The device is about to leave its hub for another; what it still has to do there. */
    protected abstract void aboutToMove();

    /** Ends the connection, if there is one; nothing that still arrives for it counts. Never fails. */
    protected abstract Future<Void> disconnect();

    @Override
    public final void start(LoadTrack followed) {
        track = followed;
        prove();
    }

    /** Not before the start, as a certificate takes its time and a fleet starts step by step. */
    private void prove() {
        if (group.credential() == CredentialKind.TPM) {
            int now = epoch;
            shared.vertx()
                    .executeBlocking(() -> shared.settings().secrets().of(group, index, deviceId), false)
                    .onSuccess(made -> ifCurrent(now, () -> begin(made)))
                    .onFailure(failure -> ifCurrent(now, () -> failed(failure, this::prove)));
        } else {
            begin(shared.settings().secrets().of(group, index, deviceId));
        }
    }

    private void begin(DeviceCredential made) {
        credential = made;
        switch (behaviour().type()) {
            case OFFLINE -> registeredOnce(() -> {});
            case OFFLINE_UNTIL -> registeredOnce(() -> later(behaviour().after().toMillis(), this::provision));
            default -> provision();
        }
    }

    /** Offline from here on; where it matters the device has registered before, or no registry would know it. */
    private void registeredOnce(Runnable then) {
        if (!shared.settings().registeredOnce() || group.defect() == Defect.REFUSED_ID) {
            offline(then);
            return;
        }
        enter(DevicePhase.PROVISIONING);
        int now = ++epoch;
        register(idScope, credential, track::started)
                .onSuccess(assigned -> ifCurrent(now, () -> offline(then)))
                .onFailure(failure -> ifCurrent(now, () -> failed(failure, () -> registeredOnce(then))));
    }

    private void offline(Runnable then) {
        track.started();
        enter(DevicePhase.OFFLINE);
        settle();
        then.run();
    }

    @Override
    public Future<Void> stop() {
        return leave(DevicePhase.STOPPED);
    }

    @Override
    public final DevicePhase phase() {
        return phase;
    }

    private void provision() {
        enter(left || moving ? DevicePhase.MOVING : DevicePhase.PROVISIONING);
        int now = ++epoch;
        DeviceCredential shown = left && behaviour().type() == BehaviourType.WRONG_KEY
                ? shared.settings().secrets().wrong(credential, deviceId)
                : credential;
        shared.counters()
                .timed(
                        EngineCounters.Step.REGISTRATION,
                        left ? "target" : "source",
                        register(idScope, shown, track::started),
                        System.nanoTime())
                .onSuccess(assigned -> ifCurrent(now, () -> assigned(assigned)))
                .onFailure(failure -> ifCurrent(now, () -> failed(failure, this::provision)));
    }

    private void assigned(String assignedHub) {
        if (left && behaviour().type() == BehaviourType.MOVES_THEN_DIES) {
            enter(DevicePhase.STOPPED);
            return;
        }
        track.registered();
        hub = assignedHub;
        reconnect();
    }

    private void reconnect() {
        enter(left || moving ? DevicePhase.MOVING : DevicePhase.PROVISIONING);
        epoch++;
        connect();
    }

    /** The device is connected and subscribed. */
    protected final void online() {
        failures = 0;
        nextIdScope = null;
        moving = false;
        enter(left ? DevicePhase.TARGET : DevicePhase.SOURCE);
        settle();
        if (track.isMoving()) {
            shared.counters().arrived(track.acceptedNanos());
        }
        track.connected();
        int now = epoch;
        arrived();
        if (epoch != now) {
            return;
        }
        long thinking = shared.settings().think().pick(bits(PURPOSE_THINK));
        if (thinking == 0) {
            beat();
        } else {
            later(thinking, this::beat);
        }
    }

    /** The hub has ended the connection. */
    protected final void lost() {
        failed(new DeviceFailure("hub-closed"), this::reconnect);
    }

    /** A refused sign-in sends the device back to provisioning, as documented; anything else is tried again. */
    protected final void refused(Throwable failure) {
        boolean credentials = failure instanceof DeviceFailure told && (told.status() == 4 || told.status() == 5);
        failed(failure, credentials ? this::provision : this::reconnect);
    }

    private void beat() {
        if (left && behaviour().type() == BehaviourType.MOVES_THEN_SILENT) {
            fallSilent();
            return;
        }
        Future<Void> acknowledged = send(nextMessage());
        acknowledged.onSuccess(done -> {
            shared.counters().telemetrySent();
            track.acknowledged();
        });
        count(acknowledged);
        later(shared.settings().telemetryWait(index, sent), this::beat);
    }

    /** The device's next message. */
    protected final JsonObject nextMessage() {
        return new JsonObject()
                .put("sequence", sent++)
                .put("temperature", 20 + Long.remainderUnsigned(Seeded.bits(index, (int) sent, 0), 100) / 10.0);
    }

    /** How long the device thinks before it answers a DeviceMove; any thread. */
    protected final long answerDelayMillis() {
        return behaviour().answerDelay().pick(bits(PURPOSE_ANSWER_DELAY));
    }

    /**
     * The device has answered DeviceMove with 200, and moves when it has left the answer behind, unless its behaviour is not to or it is
     * about to move already.
     *
     * @param answered completes when the answer has left
     * @param leastMillis the least to wait after that
     */
    protected final void accept(String toIdScope, Future<Void> answered, long leastMillis) {
        if (!behaviour().moves() || nextIdScope != null) {
            return;
        }
        nextIdScope = toIdScope;
        track.accepted();
        int now = epoch;
        long delay = Math.max(leastMillis, behaviour().moveDelay().pick(bits(PURPOSE_MOVE_DELAY)));
        answered.onComplete(written -> after(delay, () -> ifCurrent(now, this::move)));
    }

    private void move() {
        idScope = nextIdScope;
        moving = true;
        left = !idScope.equals(shared.settings().sourceIdScope());
        hub = null;
        aboutToMove();
        Future<Void> closed = leave(DevicePhase.MOVING);
        int now = epoch;
        closed.onComplete(done -> ifCurrent(now, this::provision));
    }

    /** Away from the hub on purpose: nothing that still arrives for the old connection counts. */
    private Future<Void> leave(DevicePhase next) {
        epoch++;
        shared.vertx().cancelTimer(timer);
        enter(next);
        return disconnect();
    }

    private void failed(Throwable failure, Runnable again) {
        shared.counters().failed(failure);
        epoch++;
        enter(left || moving ? DevicePhase.MOVING : DevicePhase.OFFLINE);
        long limit = Math.min(
                shared.settings().maximumBackoff().toMillis(),
                shared.settings().firstBackoff().toMillis() << Math.min(failures, 16));
        failures++;
        later(ThreadLocalRandom.current().nextLong(limit / 2, limit + 1), again);
    }

    /** Runs the device's next step after a while, in place of one that was still to come. */
    protected final void later(long millis, Runnable step) {
        shared.vertx().cancelTimer(timer);
        timer = after(millis, step);
    }

    /** Runs something after a while, whatever becomes of the device. */
    protected final long after(long millis, Runnable action) {
        return shared.vertx().setTimer(Math.max(1, millis), due -> action.run());
    }

    /** Runs what an outcome leads to, if the device still waits for it. */
    protected final void ifCurrent(int expected, Runnable action) {
        if (epoch == expected) {
            action.run();
        }
    }

    /** What breaks off because the device leaves a hub on purpose is no failure. */
    protected final void count(Future<Void> work) {
        int now = epoch;
        work.onFailure(failure -> ifCurrent(now, () -> shared.counters().failed(failure)));
    }

    private void enter(DevicePhase next) {
        shared.counters().moved(phase, next);
        phase = next;
    }

    /** The device is where its behaviour wants it to be before the move. */
    private void settle() {
        if (!settled) {
            settled = true;
            shared.counters().hasSettled();
        }
    }

    private long bits(int purpose) {
        return Seeded.bits(shared.settings().seed(), index, purpose);
    }

    /** Changes with each step of the device's life. */
    protected final int epoch() {
        return epoch;
    }

    /** The hub that the device was assigned to last. */
    protected final String hub() {
        return hub;
    }

    protected final DeviceCredential credential() {
        return credential;
    }

    protected final Behaviour behaviour() {
        return group.behaviour();
    }

    protected final int index() {
        return index;
    }

    protected final String deviceId() {
        return deviceId;
    }

    protected final Shared shared() {
        return shared;
    }
}
