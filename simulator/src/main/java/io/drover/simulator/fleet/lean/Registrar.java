package io.drover.simulator.fleet.lean;

import io.drover.simulator.fleet.credential.DeviceCredential;
import io.drover.simulator.fleet.credential.SymmetricKeys;
import io.drover.simulator.fleet.device.DeviceFailure;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Registers devices at the Device Provisioning Service over MQTT, as documented: register, wait as told, poll until
 * assigned. Waits the service's retry-after exactly, on register and on poll alike.
 */
public final class Registrar {
    private static final String RESULTS = "$dps/registrations/res/";
    private static final Pattern RESULT =
            Pattern.compile("\\$dps/registrations/res/(\\d{3})/\\?(.*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern RETRY_AFTER =
            Pattern.compile("(?:^|&)retry-after=(\\d{1,6})", Pattern.CASE_INSENSITIVE);
    private static final int DEFAULT_RETRY_SECONDS = 2;
    private static final int KEEP_ALIVE_SECONDS = 230;

    private final Vertx vertx;
    private final MqttDial dial;
    private final ConnectionGate gate;
    private final Clock clock;
    private final String hostName;
    private final Duration deadline;
    private final TpmRegistrar tpm;

    /**
     * Registers at one host.
     *
     * @param gate bounds the sign-ins under way; waiting for an assignment takes no place in it
     * @param deadline how long one registration may take with all its waiting
     * @param tpm registers devices with a TPM; null where there are none
     */
    public Registrar(
            Vertx vertx,
            MqttDial dial,
            ConnectionGate gate,
            Clock clock,
            String hostName,
            Duration deadline,
            TpmRegistrar tpm) {
        this.vertx = vertx;
        this.dial = dial;
        this.gate = gate;
        this.clock = clock;
        this.hostName = hostName;
        this.deadline = deadline;
        this.tpm = tpm;
    }

    /**
     * Completes with the assigned hub's host name. Fails with DeviceFailure: "dps-n" for a refusal with status n,
     * "dps-failed" or "dps-disabled" for such a registration, "dps-timeout"; or with a connection failure.
     */
    public Future<String> register(String idScope, String registrationId, DeviceCredential credential) {
        return register(idScope, registrationId, credential, () -> {});
    }

    /** As the other; {@code began} is told when its connection is being opened, which the gate may hold up. */
    public Future<String> register(String idScope, String registrationId, DeviceCredential credential, Runnable began) {
        if (credential instanceof DeviceCredential.Tpm held) {
            began.run();
            return tpm.register(idScope, registrationId, held.tpm());
        }
        String password = credential instanceof DeviceCredential.Key key
                ? SymmetricKeys.provisioningToken(
                        idScope, registrationId, key.base64(), clock.instant().plus(Duration.ofHours(1)))
                : null;
        String user = idScope + "/registrations/" + registrationId + "/api-version=2019-03-31";
        MqttSession.SignIn signIn = new MqttSession.SignIn(registrationId, user, password, KEEP_ALIVE_SECONDS);
        return gate.register(() -> {
                    began.run();
                    return dial.open(hostName, signIn, credential);
                })
                .compose(session -> new Exchange(session, registrationId).run().eventually(session::disconnect));
    }

    /** One registration on one session; on the session's event loop. */
    private final class Exchange {
        private final MqttSession session;
        private final String registrationId;
        private final Promise<String> result = Promise.promise();
        private String operationId;
        private int requestId;
        private long timer = -1;

        Exchange(MqttSession session, String registrationId) {
            this.session = session;
            this.registrationId = registrationId;
        }

        Future<String> run() {
            session.onPublish(this::answered);
            session.onClose(() -> result.tryFail(new DeviceFailure("dps-closed")));
            long limit =
                    vertx.setTimer(deadline.toMillis(), expired -> result.tryFail(new DeviceFailure("dps-timeout")));
            session.subscribe(List.of(RESULTS + "#"))
                    .onSuccess(subscribed -> ask())
                    .onFailure(result::tryFail);
            return result.future().onComplete(done -> {
                vertx.cancelTimer(limit);
                vertx.cancelTimer(timer);
            });
        }

        private void ask() {
            requestId++;
            Future<Void> sent = operationId == null
                    ? session.send(
                            "$dps/registrations/PUT/iotdps-register/?$rid=" + requestId,
                            new JsonObject()
                                    .put("registrationId", registrationId)
                                    .toBuffer()
                                    .getBytes())
                    : session.send(
                            "$dps/registrations/GET/iotdps-get-operationstatus/?$rid=" + requestId + "&operationId="
                                    + operationId,
                            new byte[0]);
            sent.onFailure(result::tryFail);
        }

        private void answered(String topic, byte[] payload) {
            Matcher matcher = RESULT.matcher(topic);
            if (result.future().isComplete() || !matcher.matches() || !answersLast(matcher.group(2))) {
                return;
            }
            int status = Integer.parseInt(matcher.group(1));
            JsonObject body;
            try {
                body = payload.length == 0 ? new JsonObject() : new JsonObject(Buffer.buffer(payload));
            } catch (DecodeException | ClassCastException noJson) {
                result.tryFail(new DeviceFailure("dps-answer-unreadable"));
                return;
            }
            if (status == 202 || status == 429 || status >= 500) {
                operationId = body.getString("operationId", operationId);
                askLater(matcher.group(2));
            } else if (status == 200) {
                concluded(body);
            } else {
                result.tryFail(new DeviceFailure("dps", status));
            }
        }

        private boolean answersLast(String query) {
            return List.of(query.split("&")).contains("$rid=" + requestId);
        }

        private void concluded(JsonObject body) {
            String status = body.getString("status", "");
            JsonObject state = body.getJsonObject("registrationState", new JsonObject());
            String hub = state.getString("assignedHub");
            if ("assigned".equals(status) && hub != null) {
                result.tryComplete(hub);
            } else if ("assigning".equals(status)) {
                operationId = body.getString("operationId", operationId);
                askLater("");
            } else {
                result.tryFail(new DeviceFailure("disabled".equals(status) ? "dps-disabled" : "dps-failed"));
            }
        }

        private void askLater(String query) {
            Matcher told = RETRY_AFTER.matcher(query);
            long seconds = told.find() ? Long.parseLong(told.group(1)) : DEFAULT_RETRY_SECONDS;
            timer = vertx.setTimer(Math.max(1, TimeUnit.SECONDS.toMillis(seconds)), due -> {
                if (!result.future().isComplete()) {
                    ask();
                }
            });
        }
    }
}
