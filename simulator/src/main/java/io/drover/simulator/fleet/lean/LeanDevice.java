package io.drover.simulator.fleet.lean;

import io.drover.simulator.fleet.Defect;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.Seeded;
import io.drover.simulator.fleet.behaviour.Behaviour;
import io.drover.simulator.fleet.behaviour.BehaviourType;
import io.drover.simulator.fleet.credential.CredentialKind;
import io.drover.simulator.fleet.credential.DeviceCredential;
import io.drover.simulator.fleet.credential.SymmetricKeys;
import io.drover.simulator.fleet.device.DeviceFailure;
import io.drover.simulator.fleet.device.DevicePhase;
import io.drover.simulator.fleet.device.EngineCounters;
import io.drover.simulator.fleet.device.FleetSettings;
import io.drover.simulator.fleet.device.MoveRequest;
import io.drover.simulator.fleet.device.OwnedProperties;
import io.drover.simulator.fleet.device.VirtualDevice;
import io.drover.simulator.load.LoadTrack;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One virtual device as a small state machine: provision, connect, send telemetry, answer DeviceMove, and after it the
 * same again with the new id scope, as often as it is told, also back to where it began. All of it runs on one event loop; a device has no thread and at most one socket.
 */
public final class LeanDevice implements VirtualDevice {
    private static final int PURPOSE_ANSWER_DELAY = 2;
    private static final int PURPOSE_MOVE_DELAY = 3;
    private static final int PURPOSE_THINK = 5;
    private static final Duration TOKEN_LIFE = Duration.ofHours(24);
    private static final String TELEMETRY_PROPERTIES = "$.ct=application%2Fjson&$.ce=utf-8";

    /** What devices of one event loop work with. */
    public record Surroundings(
            Vertx vertx,
            Clock clock,
            MqttDial dial,
            Registrar registrar,
            ConnectionGate gate,
            FleetSettings settings,
            EngineCounters counters) {}

    private final Surroundings around;
    private final int index;
    private final String deviceId;
    private final Scenario.Group group;
    private final Behaviour behaviour;
    private DeviceCredential credential;
    private DevicePhase phase = DevicePhase.WAITING;
    private String idScope;
    private String nextIdScope;
    private boolean moving;
    private boolean left;
    private boolean reported;
    private boolean settled;
    private LoadTrack track;
    private String hub;
    private MqttSession session;
    private DeviceTwin twin;
    /** Of a device that lives on at the source. */
    private MqttSession behind;

    private long timer = -1;
    private int failures;
    private int epoch;
    private long sent;

    /** A device that waits for its start. */
    public LeanDevice(Surroundings around, int index, String deviceId, Scenario.Group group) {
        this.around = around;
        this.index = index;
        this.deviceId = deviceId;
        this.group = group;
        this.behaviour = group.behaviour();
        this.idScope = around.settings().sourceIdScope();
        around.counters().added(phase);
    }

    @Override
    public void start(LoadTrack followed) {
        track = followed;
        start();
    }

    private void start() {
        // Not before, as a certificate takes its time and a fleet starts step by step.
        if (group.credential() == CredentialKind.TPM) {
            int now = epoch;
            around.vertx()
                    .executeBlocking(() -> around.settings().secrets().of(group, index, deviceId), false)
                    .onSuccess(made -> ifCurrent(now, () -> begin(made)))
                    .onFailure(failure -> ifCurrent(now, () -> failed(failure, this::start)));
        } else {
            begin(around.settings().secrets().of(group, index, deviceId));
        }
    }

    private void begin(DeviceCredential made) {
        credential = made;
        switch (behaviour.type()) {
            case OFFLINE -> registeredOnce(() -> {});
            case OFFLINE_UNTIL -> registeredOnce(() -> later(behaviour.after().toMillis(), this::provision));
            default -> provision();
        }
    }

    /** Offline from here on; where it matters the device has registered before, or no registry would know it. */
    private void registeredOnce(Runnable then) {
        if (!around.settings().registeredOnce() || group.defect() == Defect.REFUSED_ID) {
            offline(then);
            return;
        }
        enter(DevicePhase.PROVISIONING);
        int now = ++epoch;
        around.registrar()
                .register(idScope, deviceId, credential, track::started)
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
        MqttSession left = behind;
        behind = null;
        return leave(DevicePhase.STOPPED).compose(done -> left == null ? Future.succeededFuture() : left.disconnect());
    }

    @Override
    public DevicePhase phase() {
        return phase;
    }

    private void provision() {
        enter(left || moving ? DevicePhase.MOVING : DevicePhase.PROVISIONING);
        int now = ++epoch;
        DeviceCredential shown = left && behaviour.type() == BehaviourType.WRONG_KEY
                ? around.settings().secrets().wrong(credential, deviceId)
                : credential;
        around.counters()
                .timed(
                        EngineCounters.Step.REGISTRATION,
                        left ? "target" : "source",
                        around.registrar().register(idScope, deviceId, shown, track::started),
                        System.nanoTime())
                .onSuccess(assigned -> ifCurrent(now, () -> assigned(assigned)))
                .onFailure(failure -> ifCurrent(now, () -> failed(failure, this::provision)));
    }

    private void assigned(String assignedHub) {
        if (left && behaviour.type() == BehaviourType.MOVES_THEN_DIES) {
            enter(DevicePhase.STOPPED);
            return;
        }
        track.registered();
        hub = assignedHub;
        connect();
    }

    private void connect() {
        enter(left || moving ? DevicePhase.MOVING : DevicePhase.PROVISIONING);
        int now = ++epoch;
        around.gate()
                .connect(() -> around.dial().open(hub, signIn(), credential).compose(this::prepare))
                .onSuccess(opened -> {
                    if (epoch == now) {
                        online(opened);
                    } else {
                        opened.disconnect();
                    }
                })
                .onFailure(failure -> ifCurrent(now, () -> refused(failure)));
    }

    private MqttSession.SignIn signIn() {
        Instant expiry = around.clock().instant().plus(TOKEN_LIFE);
        String password = null;
        if (credential instanceof DeviceCredential.Key key) {
            password = SymmetricKeys.hubToken(hub, deviceId, key.base64(), expiry);
        } else if (credential instanceof DeviceCredential.Tpm held) {
            password = SymmetricKeys.hubToken(hub, deviceId, held.tpm()::sign, expiry);
        }
        String user = hub + "/" + deviceId + "/?api-version=2021-04-12";
        return new MqttSession.SignIn(deviceId, user, password, keepAliveSeconds());
    }

    private Future<MqttSession> prepare(MqttSession opened) {
        opened.onPublish((topic, payload) -> MoveRequest.of(topic, Buffer.buffer(payload))
                .ifPresentOrElse(this::method, () -> twin.received(topic, payload)));
        session = opened;
        twin = new DeviceTwin(opened, this::count);
        List<String> filters = new ArrayList<>(List.of("$iothub/twin/res/#"));
        if (behaviour.type() != BehaviourType.NO_HANDLER) {
            filters.add("$iothub/methods/POST/#");
        }
        if (around.settings().twins()) {
            filters.add(DeviceTwin.CHANGES);
        }
        return opened.subscribe(filters).map(opened).onFailure(failure -> opened.disconnect());
    }

    private void online(MqttSession opened) {
        failures = 0;
        nextIdScope = null;
        moving = false;
        enter(left ? DevicePhase.TARGET : DevicePhase.SOURCE);
        settle();
        if (track.isMoving()) {
            around.counters().arrived(track.acceptedNanos());
        }
        track.connected();
        int now = epoch;
        opened.onClose(() -> ifCurrent(now, () -> {
            session = null;
            failed(new DeviceFailure("hub-closed"), this::connect);
        }));
        if (epoch != now) {
            return;
        }
        if (!reported) {
            reported = true;
            twin.report(OwnedProperties.reported(index, around.settings().twins()));
        }
        if (around.settings().twins()) {
            twin.read();
        }
        long thinking = around.settings().think().pick(bits(PURPOSE_THINK));
        if (thinking == 0) {
            beat();
        } else {
            later(thinking, this::beat);
        }
    }

    /** A refused sign-in sends the device back to provisioning, as documented; anything else is tried again. */
    private void refused(Throwable failure) {
        session = null;
        boolean credentials = failure instanceof DeviceFailure told && (told.status() == 4 || told.status() == 5);
        failed(failure, credentials ? this::provision : this::connect);
    }

    private void beat() {
        if (left && behaviour.type() == BehaviourType.MOVES_THEN_SILENT) {
            session.ping();
            later(keepAliveSeconds() * 500L, this::beat);
            return;
        }
        Future<Void> acknowledged =
                session.publish("devices/" + deviceId + "/messages/events/" + TELEMETRY_PROPERTIES, body());
        acknowledged.onSuccess(done -> {
            around.counters().telemetrySent();
            track.acknowledged();
        });
        count(acknowledged);
        later(around.settings().telemetryWait(index, sent), this::beat);
    }

    private byte[] body() {
        return new JsonObject()
                .put("sequence", sent++)
                .put("temperature", 20 + Long.remainderUnsigned(Seeded.bits(index, (int) sent, 0), 100) / 10.0)
                .toBuffer()
                .getBytes();
    }

    private void method(MoveRequest request) {
        if (!request.isMove()) {
            answer(request, 404, "no such method here");
        } else if (request.idScope().isEmpty()) {
            answer(request, 400, "payload must be an id scope or {\"idScope\":\"…\"}");
        } else {
            int now = epoch;
            long delay = behaviour.answerDelay().pick(bits(PURPOSE_ANSWER_DELAY));
            after(delay, () -> ifCurrent(now, () -> decide(request)));
        }
    }

    private void decide(MoveRequest request) {
        if (behaviour.status() != 200) {
            answer(request, behaviour.status(), "this device does not move");
            return;
        }
        Future<Void> answered = answer(request, 200, "moving");
        if (!behaviour.moves() || nextIdScope != null) {
            return;
        }
        nextIdScope = request.idScope().orElseThrow();
        track.accepted();
        int now = epoch;
        answered.onComplete(written ->
                after(behaviour.moveDelay().pick(bits(PURPOSE_MOVE_DELAY)), () -> ifCurrent(now, this::move)));
    }

    private void move() {
        idScope = nextIdScope;
        moving = true;
        left = !idScope.equals(around.settings().sourceIdScope());
        reported = false;
        hub = null;
        if (behaviour.type() == BehaviourType.MOVES_AND_STAYS) {
            behind = session;
            session = null;
            behind.onPublish((topic, payload) -> {});
            goOnBehind();
        }
        leave(DevicePhase.MOVING).onComplete(closed -> {
            if (phase == DevicePhase.MOVING) {
                provision();
            }
        });
    }

    private void goOnBehind() {
        if (behind != null) {
            count(behind.publish("devices/" + deviceId + "/messages/events/" + TELEMETRY_PROPERTIES, body()));
            after(around.settings().telemetryInterval().toMillis(), this::goOnBehind);
        }
    }

    private Future<Void> answer(MoveRequest request, int status, String message) {
        byte[] body = new JsonObject().put("message", message).toBuffer().getBytes();
        Future<Void> written = session.send(request.answerTopic(status), body);
        written.onSuccess(done -> around.counters().commandAnswered(status));
        count(written);
        return written;
    }

    /** Away from the hub on purpose: nothing that still arrives for the old connection counts. */
    private Future<Void> leave(DevicePhase next) {
        epoch++;
        around.vertx().cancelTimer(timer);
        enter(next);
        MqttSession ended = session;
        session = null;
        return ended == null ? Future.succeededFuture() : ended.disconnect();
    }

    private void failed(Throwable failure, Runnable again) {
        around.counters().failed(failure);
        epoch++;
        enter(left || moving ? DevicePhase.MOVING : DevicePhase.OFFLINE);
        long limit = Math.min(
                around.settings().maximumBackoff().toMillis(),
                around.settings().firstBackoff().toMillis() << Math.min(failures, 16));
        failures++;
        later(ThreadLocalRandom.current().nextLong(limit / 2, limit + 1), again);
    }

    private void later(long millis, Runnable action) {
        around.vertx().cancelTimer(timer);
        timer = after(millis, action);
    }

    private long after(long millis, Runnable action) {
        return around.vertx().setTimer(Math.max(1, millis), due -> action.run());
    }

    private void ifCurrent(int expected, Runnable action) {
        if (epoch == expected) {
            action.run();
        }
    }

    /** What breaks off because the device leaves a hub on purpose is no failure. */
    private void count(Future<Void> written) {
        int now = epoch;
        written.onFailure(failure -> ifCurrent(now, () -> around.counters().failed(failure)));
    }

    private void enter(DevicePhase next) {
        around.counters().moved(phase, next);
        phase = next;
    }

    /** The device is where its behaviour wants it to be before the move. */
    private void settle() {
        if (!settled) {
            settled = true;
            around.counters().hasSettled();
        }
    }

    private int keepAliveSeconds() {
        return (int) Math.max(60, around.settings().telemetryInterval().toSeconds() * 3);
    }

    private long bits(int purpose) {
        return Seeded.bits(around.settings().seed(), index, purpose);
    }
}
