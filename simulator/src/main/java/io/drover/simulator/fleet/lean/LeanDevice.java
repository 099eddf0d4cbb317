package io.drover.simulator.fleet.lean;

import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.behaviour.BehaviourType;
import io.drover.simulator.fleet.credential.DeviceCredential;
import io.drover.simulator.fleet.credential.SymmetricKeys;
import io.drover.simulator.fleet.device.DeviceLifecycle;
import io.drover.simulator.fleet.device.MoveRequest;
import io.drover.simulator.fleet.device.OwnedProperties;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** One virtual device that speaks MQTT by itself: it has no thread and at most one socket, two while it lives on at the source. */
public final class LeanDevice extends DeviceLifecycle {
    private static final Duration TOKEN_LIFE = Duration.ofHours(24);
    private static final String TELEMETRY_PROPERTIES = "$.ct=application%2Fjson&$.ce=utf-8";

    /** What devices of one event loop work with. */
    public record Surroundings(Shared shared, Clock clock, MqttDial dial, Registrar registrar, ConnectionGate gate) {}

    private final Surroundings around;
    private boolean reported;
    private MqttSession session;
    private DeviceTwin twin;
    /** Of a device that lives on at the source. */
    private MqttSession behind;

    /** A device that waits for its start. */
    public LeanDevice(Surroundings around, int index, String deviceId, Scenario.Group group) {
        super(around.shared(), index, deviceId, group);
        this.around = around;
    }

    @Override
    public Future<Void> stop() {
        MqttSession left = behind;
        behind = null;
        return super.stop().compose(done -> left == null ? Future.succeededFuture() : left.disconnect());
    }

    @Override
    protected Future<String> register(String idScope, DeviceCredential shown, Runnable started) {
        return around.registrar().register(idScope, deviceId(), shown, started);
    }

    @Override
    protected void connect() {
        int now = epoch();
        around.gate()
                .connect(() -> around.dial().open(hub(), signIn(), credential()).compose(this::prepare))
                .onSuccess(opened -> {
                    if (epoch() == now) {
                        online();
                    } else {
                        opened.disconnect();
                    }
                })
                .onFailure(failure -> ifCurrent(now, () -> {
                    session = null;
                    refused(failure);
                }));
    }

    private MqttSession.SignIn signIn() {
        Instant expiry = around.clock().instant().plus(TOKEN_LIFE);
        String password = null;
        if (credential() instanceof DeviceCredential.Key key) {
            password = SymmetricKeys.hubToken(hub(), deviceId(), key.base64(), expiry);
        } else if (credential() instanceof DeviceCredential.Tpm held) {
            password = SymmetricKeys.hubToken(hub(), deviceId(), held.tpm()::sign, expiry);
        }
        String user = hub() + "/" + deviceId() + "/?api-version=2021-04-12";
        return new MqttSession.SignIn(deviceId(), user, password, keepAliveSeconds());
    }

    private Future<MqttSession> prepare(MqttSession opened) {
        opened.onPublish((topic, payload) -> MoveRequest.of(topic, Buffer.buffer(payload))
                .ifPresentOrElse(this::method, () -> twin.received(topic, payload)));
        session = opened;
        twin = new DeviceTwin(opened, this::count);
        List<String> filters = new ArrayList<>(List.of("$iothub/twin/res/#"));
        if (behaviour().type() != BehaviourType.NO_HANDLER) {
            filters.add("$iothub/methods/POST/#");
        }
        if (shared().settings().twins()) {
            filters.add(DeviceTwin.CHANGES);
        }
        return opened.subscribe(filters).map(opened).onFailure(failure -> opened.disconnect());
    }

    @Override
    protected void arrived() {
        int now = epoch();
        session.onClose(() -> ifCurrent(now, () -> {
            session = null;
            lost();
        }));
        if (epoch() != now) {
            return;
        }
        boolean owns = shared().settings().twins();
        if (!reported) {
            reported = true;
            twin.report(OwnedProperties.reported(index(), owns));
        }
        if (owns) {
            twin.read();
        }
    }

    @Override
    protected Future<Void> send(JsonObject message) {
        return publish(session, message);
    }

    private Future<Void> publish(MqttSession to, JsonObject message) {
        return to.publish(
                "devices/" + deviceId() + "/messages/events/" + TELEMETRY_PROPERTIES,
                message.toBuffer().getBytes());
    }

    @Override
    protected void fallSilent() {
        session.ping();
        later(keepAliveSeconds() * 500L, this::fallSilent);
    }

    private void method(MoveRequest request) {
        request.malformed().ifPresentOrElse(answer -> answer(request, answer), () -> {
            int now = epoch();
            after(answerDelayMillis(), () -> ifCurrent(now, () -> decide(request)));
        });
    }

    private void decide(MoveRequest request) {
        MoveRequest.Answer answer = MoveRequest.answer(behaviour());
        Future<Void> answered = answer(request, answer);
        if (answer.status() == 200) {
            accept(request.idScope().orElseThrow(), answered, 0);
        }
    }

    private Future<Void> answer(MoveRequest request, MoveRequest.Answer answer) {
        byte[] body =
                new JsonObject().put("message", answer.message()).toBuffer().getBytes();
        Future<Void> written = session.send(request.answerTopic(answer.status()), body);
        written.onSuccess(done -> shared().counters().commandAnswered(answer.status()));
        count(written);
        return written;
    }

    @Override
    protected void aboutToMove() {
        reported = false;
        if (behaviour().type() == BehaviourType.MOVES_AND_STAYS) {
            behind = session;
            session = null;
            behind.onPublish((topic, payload) -> {});
            goOnBehind();
        }
    }

    private void goOnBehind() {
        if (behind != null) {
            count(publish(behind, nextMessage()));
            after(shared().settings().telemetryInterval().toMillis(), this::goOnBehind);
        }
    }

    @Override
    protected Future<Void> disconnect() {
        MqttSession ended = session;
        session = null;
        return ended == null ? Future.succeededFuture() : ended.disconnect();
    }

    private int keepAliveSeconds() {
        return (int) Math.max(60, shared().settings().telemetryInterval().toSeconds() * 3);
    }
}
