package io.drover.simulator.fleet.sdk;

import com.microsoft.azure.sdk.iot.device.twin.DirectMethodPayload;
import com.microsoft.azure.sdk.iot.device.twin.DirectMethodResponse;
import com.microsoft.azure.sdk.iot.device.twin.Twin;
import com.microsoft.azure.sdk.iot.device.twin.TwinCollection;
import com.microsoft.azure.sdk.iot.provisioning.device.ProvisioningDeviceClientRegistrationResult;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.behaviour.BehaviourType;
import io.drover.simulator.fleet.credential.DeviceCredential;
import io.drover.simulator.fleet.device.DeviceFailure;
import io.drover.simulator.fleet.device.DeviceLifecycle;
import io.drover.simulator.fleet.device.EngineCounters;
import io.drover.simulator.fleet.device.MoveRequest;
import io.drover.simulator.fleet.device.OwnedProperties;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One virtual device made of Microsoft's clients, moving as the documented samples do: answer 200, then close from another thread,
 * register at the new id scope with the same registration id and key, connect, send telemetry. Calls that block run on the engine's
 * pool.
 */
final class SdkDevice extends DeviceLifecycle {
    /** The client does not tell when an answer has left, and forgets it when closed; so the device waits before it leaves. */
    private static final long ANSWER_LEAVES_MILLIS = 1_000;
    /** Longer than the client's own limits, so that it fires only when the pool is full or the client hangs. */
    private static final long CALL_DEADLINE_SECONDS = 150;

    private static final long CLOSE_DEADLINE_SECONDS = 20;
    /** The MQTT return code the client turns into its own status. */
    private static final int UNAUTHORIZED = 5;

    private static final long ACKNOWLEDGEMENT_DEADLINE_SECONDS = 40;

    private final SdkEngine engine;
    private final Context context;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private SdkConnection connection;

    /** @param context the event loop that the device's state belongs to */
    SdkDevice(SdkEngine engine, Context context, Shared shared, int index, String deviceId, Scenario.Group group) {
        super(shared, index, deviceId, group);
        this.engine = engine;
        this.context = context;
    }

    @Override
    public Future<Void> stop() {
        stopped.countDown();
        return super.stop();
    }

    @Override
    protected Future<String> register(String idScope, DeviceCredential shown, Runnable started) {
        started.run();
        return engine.blocking(() -> engine.registration().register(idScope, deviceId(), shown))
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

    @Override
    protected void connect() {
        int now = epoch();
        String to = hub();
        Future<SdkConnection> opening = engine.blocking(() -> open(to, now));
        opening.onSuccess(opened -> {
            if (epoch() == now) {
                connection = opened;
                online();
            } else {
                close(opened);
            }
        });
        shared().counters()
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
        SdkConnection opened = SdkConnection.open(to, deviceId(), credential(), engine.ssl());
        try {
            if (behaviour().type() != BehaviourType.NO_HANDLER) {
                opened.onMethod((name, payload, none) -> invoked(name, payload, now));
            }
            return opened;
        } catch (Exception unusable) {
            opened.close();
            throw unusable;
        }
    }

    @Override
    protected void arrived() {
        SdkConnection opened = connection;
        int now = epoch();
        opened.lost()
                .onSuccess(ended -> onEventLoop(now, () -> {
                    connection = null;
                    close(opened);
                    lost();
                }));
        boolean owns = shared().settings().twins();
        reporting(opened, () -> {
            opened.followTwin(owns ? change -> reporting(opened, () -> acknowledge(opened, change)) : change -> {});
            opened.report(collection(OwnedProperties.reported(index(), owns)));
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
                shared().counters().failed(SdkFailure.of(failure));
            }
        });
    }

    @Override
    protected Future<Void> send(JsonObject message) {
        return here(connection.send(message.encode()).timeout(ACKNOWLEDGEMENT_DEADLINE_SECONDS, TimeUnit.SECONDS))
                .recover(failure -> Future.failedFuture(SdkFailure.of(failure)));
    }

    /** The same on the device's event loop; the client completes on threads of its own. */
    private Future<Void> here(Future<Void> elsewhere) {
        Promise<Void> done = Promise.promise();
        elsewhere.onComplete((none, failure) -> context.runOnContext(go -> done.complete(null, failure)));
        return done.future();
    }

    /** The client keeps its connection alive by itself. */
    @Override
    protected void fallSilent() {}

    @Override
    protected void aboutToMove() {}

    /** A direct method, on a thread of the client, which sends the answer when this returns. */
    private DirectMethodResponse invoked(String name, DirectMethodPayload payload, int now) {
        String json = payload == null ? "" : payload.getPayloadAsJsonElement().toString();
        MoveRequest request = new MoveRequest(name, "", Buffer.buffer(json));
        Optional<MoveRequest.Answer> malformed = request.malformed();
        if (malformed.isPresent()) {
            return response(malformed.get());
        }
        awaitEnd(answerDelayMillis());
        MoveRequest.Answer answer = MoveRequest.answer(behaviour());
        if (answer.status() == 200) {
            String to = request.idScope().orElseThrow();
            onEventLoop(now, () -> accept(to, Future.succeededFuture(), ANSWER_LEAVES_MILLIS));
        }
        return response(answer);
    }

    private DirectMethodResponse response(MoveRequest.Answer answer) {
        shared().counters().commandAnswered(answer.status());
        return new DirectMethodResponse(answer.status(), Map.of("message", answer.message()));
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

    @Override
    protected Future<Void> disconnect() {
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
                    shared().counters().failed(SdkFailure.of(failure));
                    return Future.succeededFuture();
                });
    }

    private void onEventLoop(int expected, Runnable action) {
        context.runOnContext(go -> ifCurrent(expected, action));
    }
}
