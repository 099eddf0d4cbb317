package io.drover.simulator.fleet.sdk;

import com.microsoft.azure.sdk.iot.device.twin.DirectMethodPayload;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodResponse;
import com.microsoft.azure.sdk.iot.device.twin.Twin;
import com.microsoft.azure.sdk.iot.device.twin.TwinCollection;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientRegistrationResult;
import io.drover.simulator.fleet.Defect;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.Seeded;
import io.drover.simulator.fleet.behaviour.Behaviour;
import io.drover.simulator.fleet.behaviour.BehaviourType;
import io.drover.simulator.fleet.credential.DeviceCredential;
import io.drover.simulator.fleet.device.DeviceFailure;
import io.drover.simulator.fleet.device.DevicePhase;
import io.drover.simulator.fleet.device.EngineCounters;
import io.drover.simulator.fleet.device.FleetSettings;
import io.drover.simulator.fleet.device.MoveRequest;
import io.drover.simulator.fleet.device.OwnedProperties;
import io.drover.simulator.fleet.device.VirtualDevice;
import io.drover.simulator.load.LoadTrack;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * One virtual device made of Microsoft's clients, moving as the documented samples do: answer 200, then close from another thread,
 * register at the new id scope with the same registration id and key, connect, send telemetry. Its state belongs to one event loop;
 * calls that block run on the engine's pool, and their outcome counts only while the device still waits for it (its epoch).
 */
final class SdkDevice implements VirtualDevice {
    private static final int PURPOSE_ANSWER_DELAY = 2;
    private static final int PURPOSE_MOVE_DELAY = 3;
    private static final int PURPOSE_THINK = 5;
    /** The client does not tell when an answer has left, and forgets it when closed; so the device waits before it leaves. */
    private static final long ANSWER_LEAVES_MILLIS = 1_000;
    /** Longer than the client's own limits, so that it fires only when the pool is full or the client hangs. */
    private static final long CALL_DEADLINE_SECONDS = 150;

    private static final long CLOSE_DEADLINE_SECONDS = 20;
    /** The MQTT return code the client turns into its own status. */
    private static final int UNAUTHORIZED = 5;

    private static final long ACKNOWLEDGEMENT_DEADLINE_SECONDS = 40;

    /** What devices of one event loop work with. */
    record Surroundings(Context context, FleetSettings settings, EngineCounters counters) {}

    private final SdkEngine engine;
    private final Surroundings around;
    private final int index;
    private final String deviceId;
    private final Scenario.Group group;
    private final Behaviour behaviour;
    private final DeviceCredential credential;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private DevicePhase phase = DevicePhase.WAITING;
    private String idScope;
    private String nextIdScope;
    private boolean moving;
    private boolean left;
    private boolean settled;
    private LoadTrack track;
    private String hub;
    private SdkConnection connection;
    private long timer = -1;
    private int failures;
    private int epoch;
    private long sent;

    SdkDevice(SdkEngine engine, Surroundings around, int index, String deviceId, Scenario.Group group) {
        this.engine = engine;
        this.around = around;
        this.index = index;
        this.deviceId = deviceId;
        this.group = group;
        this.behaviour = group.behaviour();
        this.credential = around.settings().secrets().of(group, index, deviceId);
        this.idScope = around.settings().sourceIdScope();
        around.counters().added(phase);
    }

    @Override
    public void start(LoadTrack followed) {
        track = followed;
        track.started();
        switch (behaviour.type()) {
            case OFFLINE -> registeredOnce(() -> {});
            case OFFLINE_UNTIL -> registeredOnce(() -> later(behaviour.after().toMillis(), this::provision));
            default -> provision();
        }
    }

    @Override
    public Future<Void> stop() {
        stopped.countDown();
        return leave(DevicePhase.STOPPED);
    }

    @Override
    public DevicePhase phase() {
        return phase;
    }

    /** Offline from here on; where it matters the device has registered before, or no registry would know it. */
    private void registeredOnce(Runnable then) {
        if (!around.settings().registeredOnce() || group.defect() == Defect.REFUSED_ID) {
            offline(then);
            return;
        }
        enter(DevicePhase.PROVISIONING);
        int now = ++epoch;
        register(idScope, credential)
                .onSuccess(assigned -> ifCurrent(now, () -> offline(then)))
                .onFailure(failure -> ifCurrent(now, () -> failed(failure, () -> registeredOnce(then))));
    }

    private void offline(Runnable then) {
        enter(DevicePhase.OFFLINE);
        settle();
        then.run();
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
                        register(idScope, shown),
                        System.nanoTime())
                .onSuccess(assigned -> ifCurrent(now, () -> assigned(assigned)))
                .onFailure(failure -> ifCurrent(now, () -> failed(failure, this::provision)));
    }

    private Future<String> register(String scope, DeviceCredential shown) {
        return engine.blocking(() -> engine.registration().register(scope, deviceId, shown))
                .timeout(CALL_DEADLINE_SECONDS, TimeUnit.SECONDS)
                .compose(SdkDevice::assignment)
                .recover(failure -> Future.failedFuture(SdkFailure.of(failure)));
    }

    private static Future<String> assignment(ProvisioningDeviceClientRegistrationResult result) {
        return switch (result.getProvisioningDeviceClientStatus()) {
            case PROVISIONING_DEVICE_STATUS_ASSIGNED -> Future.succeededFuture(result.getIothubUri());
            case PROVISIONING_DEVICE_STATUS_DISABLED -> Future.failedFuture(new DeviceFailure("dps-disabled"));
            default -> Future.failedFuture(new DeviceFailure("dps-failed"));
        };
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
        String to = hub;
        Future<SdkConnection> opening = engine.blocking(() -> open(to, now));
        opening.onSuccess(opened -> {
            if (epoch == now) {
                online(opened);
            } else {
                close(opened);
            }
        });
        around.counters()
                .timed(EngineCounters.Step.CONNECT, "hub", connected(opening), System.nanoTime())
                .onFailure(failure -> ifCurrent(now, () -> refused(failure)));
    }

    private static Future<SdkConnection> connected(Future<SdkConnection> opening) {
        return opening.timeout(CALL_DEADLINE_SECONDS, TimeUnit.SECONDS)
                .recover(failure -> Future.failedFuture(
                        SdkFailure.isUnauthorized(failure)
                                ? new DeviceFailure("connack", UNAUTHORIZED)
                                : SdkFailure.of(failure)));
    }

    /** On the pool. */
    private SdkConnection open(String to, int now) throws Exception {
        SdkConnection opened = SdkConnection.open(to, deviceId, credential, engine.ssl());
        try {
            if (behaviour.type() != BehaviourType.NO_HANDLER) {
                opened.onMethod((name, payload, none) -> invoked(name, payload, now));
            }
            return opened;
        } catch (Exception unusable) {
            opened.close();
            throw unusable;
        }
    }

    private void online(SdkConnection opened) {
        failures = 0;
        nextIdScope = null;
        moving = false;
        connection = opened;
        enter(left ? DevicePhase.TARGET : DevicePhase.SOURCE);
        settle();
        if (track.isMoving()) {
            around.counters().arrived(track.acceptedNanos());
        }
        track.connected();
        int now = epoch;
        opened.lost()
                .onSuccess(ended -> onEventLoop(now, () -> {
                    connection = null;
                    close(opened);
                    failed(new DeviceFailure("hub-closed"), this::connect);
                }));
        report(opened);
        long thinking = around.settings().think().pick(bits(PURPOSE_THINK));
        if (thinking == 0) {
            beat();
        } else {
            later(thinking, this::beat);
        }
    }

    private void report(SdkConnection opened) {
        boolean owns = around.settings().twins();
        reporting(opened, () -> {
            opened.followTwin(owns ? change -> reporting(opened, () -> acknowledge(opened, change)) : change -> {});
            opened.report(collection(OwnedProperties.reported(index, owns)));
            if (owns) {
                acknowledge(opened, opened.twin());
            }
            return null;
        });
    }

    private static Void acknowledge(SdkConnection opened, Twin twin) throws Exception {
        TwinCollection desired = twin.getDesiredProperties();
        JsonObject json = new JsonObject();
        desired.forEach((name, value) -> json.put(name, value instanceof Map<?, ?> map ? jsonOf(map) : value));
        JsonObject answer = OwnedProperties.acknowledged(json, desired.getVersion());
        if (!answer.isEmpty()) {
            opened.report(collection(answer));
        }
        return null;
    }

    private static JsonObject jsonOf(Map<?, ?> map) {
        JsonObject json = new JsonObject();
        map.forEach((name, value) ->
                json.put(String.valueOf(name), value instanceof Map<?, ?> inner ? jsonOf(inner) : value));
        return json;
    }

    private static TwinCollection collection(JsonObject properties) {
        TwinCollection collection = new TwinCollection();
        properties
                .getMap()
                .forEach((name, value) ->
                        collection.put(name, value instanceof JsonObject object ? object.getMap() : value));
        return collection;
    }

    private void reporting(SdkConnection opened, Callable<Void> work) {
        engine.blocking(work).onFailure(failure -> {
            if (connection == opened) {
                around.counters().failed(SdkFailure.of(failure));
            }
        });
    }

    /** A refused sign-in sends the device back to provisioning, as documented; anything else is tried again. */
    private void refused(Throwable failure) {
        boolean credentials = failure instanceof DeviceFailure told && told.status() == UNAUTHORIZED;
        failed(failure, credentials ? this::provision : this::connect);
    }

    private void beat() {
        if (left && behaviour.type() == BehaviourType.MOVES_THEN_SILENT) {
            return; // The client keeps its connection alive by itself.
        }
        String body = new JsonObject()
                .put("sequence", sent++)
                .put("temperature", 20 + Long.remainderUnsigned(Seeded.bits(index, (int) sent, 0), 100) / 10.0)
                .encode();
        connection
                .send(body)
                .timeout(ACKNOWLEDGEMENT_DEADLINE_SECONDS, TimeUnit.SECONDS)
                .onSuccess(acknowledged -> {
                    around.counters().telemetrySent();
                    track.acknowledged();
                })
                .onFailure(failure -> around.counters().failed(SdkFailure.of(failure)));
        later(around.settings().telemetryWait(index, sent), this::beat);
    }

    /** A direct method, on a thread of the client, which sends the answer when this returns. */
    private DirectMethodResponse invoked(String name, DirectMethodPayload payload, int now) {
        String json = payload == null ? "" : payload.getPayloadAsJsonElement().toString();
        MoveRequest request = new MoveRequest(name, "", Buffer.buffer(json));
        if (!request.isMove()) {
            return answer(404, "no such method here");
        }
        if (request.idScope().isEmpty()) {
            return answer(400, "payload must be an id scope or {\"idScope\":\"…\"}");
        }
        awaitEnd(behaviour.answerDelay().pick(bits(PURPOSE_ANSWER_DELAY)));
        if (behaviour.status() != 200) {
            return answer(behaviour.status(), "this device does not move");
        }
        onEventLoop(now, () -> accepted(request.idScope().orElseThrow()));
        return answer(200, "moving");
    }

    private DirectMethodResponse answer(int status, String message) {
        around.counters().commandAnswered(status);
        return new DirectMethodResponse(status, Map.of("message", message));
    }

    private void awaitEnd(long millis) {
        try {
            if (stopped.await(millis, TimeUnit.MILLISECONDS)) {
                return; // The device stops; what it answers now matters to nobody.
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    private void accepted(String toIdScope) {
        if (!behaviour.moves() || nextIdScope != null) {
            return;
        }
        nextIdScope = toIdScope;
        track.accepted();
        int now = epoch;
        long delay = Math.max(ANSWER_LEAVES_MILLIS, behaviour.moveDelay().pick(bits(PURPOSE_MOVE_DELAY)));
        after(delay, () -> ifCurrent(now, this::move));
    }

    private void move() {
        idScope = nextIdScope;
        moving = true;
        left = !idScope.equals(around.settings().sourceIdScope());
        hub = null;
        Future<Void> closed = leave(DevicePhase.MOVING);
        int now = epoch;
        closed.onComplete(done -> ifCurrent(now, this::provision));
    }

    /** Away from the hub on purpose: nothing that still arrives for the old connection counts. */
    private Future<Void> leave(DevicePhase next) {
        epoch++;
        engine.vertx().cancelTimer(timer);
        enter(next);
        SdkConnection ended = connection;
        connection = null;
        return ended == null ? Future.succeededFuture() : close(ended);
    }

    private Future<Void> close(SdkConnection ended) {
        return engine.<Void>blocking(() -> {
                    ended.close();
                    return null;
                })
                .timeout(CLOSE_DEADLINE_SECONDS, TimeUnit.SECONDS)
                .recover(failure -> {
                    around.counters().failed(SdkFailure.of(failure));
                    return Future.succeededFuture();
                });
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
        engine.vertx().cancelTimer(timer);
        timer = after(millis, action);
    }

    private long after(long millis, Runnable action) {
        return engine.vertx().setTimer(Math.max(1, millis), due -> action.run());
    }

    private void onEventLoop(int expected, Runnable action) {
        around.context().runOnContext(go -> ifCurrent(expected, action));
    }

    private void ifCurrent(int expected, Runnable action) {
        if (epoch == expected) {
            action.run();
        }
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

    private long bits(int purpose) {
        return Seeded.bits(around.settings().seed(), index, purpose);
    }
}
