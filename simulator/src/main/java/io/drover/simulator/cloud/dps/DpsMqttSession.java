package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.metrics.CloudService;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.cloud.sas.SasToken;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.messages.MqttPublishMessage;
import io.vertx.mqtt.messages.MqttSubscribeMessage;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One device's connection to the device API. Confined to the event loop of its endpoint. */
final class DpsMqttSession {
    static final String RESPONSES = "$dps/registrations/res/#";

    /** Real round trips are longer; clients that register before they finish handling SUBACK must still get the reply. */
    private static final long LEAST_ANSWER_MILLIS = 5;

    private static final int MAX_ANSWERS_IN_FLIGHT = 8;
    private static final int DOCUMENTED_RETRY_AFTER_SECONDS = 3;
    private static final Pattern REGISTER =
            Pattern.compile("\\$dps/registrations/PUT/iotdps-register/\\?\\$rid=([^&]*)(?:&.*)?");
    private static final Pattern POLL = Pattern.compile(
            "\\$dps/registrations/GET/iotdps-get-operationstatus/\\?\\$rid=([^&]*)&operationId=([^&]*)(?:&.*)?");
    private static final Logger LOG = LoggerFactory.getLogger(DpsMqttSession.class);

    private final Vertx vertx;
    private final MqttEndpoint endpoint;
    private final String registrationId;
    private final Optional<ProvisioningService> service;
    private final Optional<SasToken> token;
    private final Quotas quotas;
    private final Clock clock;
    private final CallMeter calls;
    private MqttQoS responseQos;
    private int inFlight;

    DpsMqttSession(
            Vertx vertx,
            MqttEndpoint endpoint,
            String registrationId,
            Optional<ProvisioningService> service,
            Optional<SasToken> token,
            Quotas quotas,
            Clock clock,
            CallMeter calls) {
        this.vertx = vertx;
        this.endpoint = endpoint;
        this.registrationId = registrationId;
        this.service = service;
        this.token = token;
        this.quotas = quotas;
        this.clock = clock;
        this.calls = calls;
    }

    void open() {
        endpoint.publishAutoAck(true)
                .subscribeHandler(this::subscribe)
                .unsubscribeHandler(message -> {
                    if (message.topics().contains(RESPONSES)) {
                        responseQos = null;
                    }
                    endpoint.unsubscribeAcknowledge(message.messageId());
                })
                .publishHandler(this::receive)
                .exceptionHandler(failure -> LOG.debug("Device connection to DPS failed: {}", failure.toString()))
                .accept(false);
    }

    private void subscribe(MqttSubscribeMessage message) {
        List<MqttQoS> granted = new ArrayList<>(message.topicSubscriptions().size());
        message.topicSubscriptions().forEach(subscription -> {
            boolean known = RESPONSES.equals(subscription.topicName());
            // QoS 2 is granted as 1, as documented.
            MqttQoS qos = subscription.qualityOfService() == MqttQoS.AT_MOST_ONCE
                    ? MqttQoS.AT_MOST_ONCE
                    : MqttQoS.AT_LEAST_ONCE;
            if (known) {
                responseQos = qos;
            }
            granted.add(known ? qos : MqttQoS.FAILURE);
        });
        endpoint.subscribeAcknowledge(message.messageId(), granted);
    }

    private void receive(MqttPublishMessage message) {
        Matcher register = REGISTER.matcher(message.topicName());
        Matcher poll = POLL.matcher(message.topicName());
        if (message.qosLevel() == MqttQoS.EXACTLY_ONCE || inFlight >= MAX_ANSWERS_IN_FLIGHT) {
            endpoint.close();
        } else if (register.matches()) {
            answer("register", register.group(1), () -> register(message.payload()));
        } else if (poll.matches()) {
            answer("poll", poll.group(1), () -> poll(poll.group(2)));
        } else {
            endpoint.close();
        }
    }

    private void answer(String operation, String rid, Supplier<Reply> request) {
        long arrived = System.nanoTime();
        Reply reply;
        try {
            reply = request.get();
        } catch (ProvisioningException refusal) {
            reply = Reply.refused(refusal, OptionalLong.empty(), clock.instant());
        } catch (RuntimeException unexpected) {
            LOG.error("Registering a device failed", unexpected);
            reply = Reply.refused(
                    new ProvisioningException(ProvisioningError.INTERNAL), OptionalLong.empty(), clock.instant());
        }
        Reply ready = reply;
        inFlight++;
        vertx.setTimer(LEAST_ANSWER_MILLIS, timer -> {
            inFlight--;
            send(rid, ready);
            calls.answered(CloudService.DPS_MQTT, operation, Integer.toString(ready.status()), arrived);
        });
    }

    private void send(String rid, Reply reply) {
        if (!endpoint.isConnected() || responseQos == null) {
            return;
        }
        String topic = "$dps/registrations/res/" + reply.status() + "/?$rid=" + rid
                + (reply.retryAfter().isPresent()
                        ? "&retry-after=" + reply.retryAfter().getAsLong()
                        : "");
        endpoint.publish(topic, reply.body().toBuffer(), responseQos, false, false)
                .onFailure(lost -> LOG.debug("Device left before its answer: {}", lost.toString()));
    }

    private Reply register(Buffer body) {
        ProvisioningService provisioning = known();
        JsonObject request = parse(body);
        if (!registrationId.equalsIgnoreCase(String.valueOf(request.getValue("registrationId")))) {
            throw new ProvisioningException(
                    ProvisioningError.BAD_REQUEST, "The registrationId of the body is not the connection's.");
        }
        boolean central = provisioning.name() == null;
        OptionalLong wait = quotas.tryAcquire(
                central ? AzureLimit.CENTRAL_REGISTRATIONS : AzureLimit.DPS_REGISTRATIONS, provisioning.idScope());
        if (wait.isPresent()) {
            return throttled(wait);
        }
        Object payload = request.getValue("payload");
        return progress(provisioning.register(
                registrationId, signature(), payload instanceof JsonObject object ? object : null));
    }

    private Reply poll(String operationId) {
        ProvisioningService provisioning = known();
        Registration registration = provisioning.poll(registrationId, signature(), operationId);
        OptionalLong wait = quotas.enforced()
                ? provisioning.tryPoll(registrationId, quotas.timeCompression())
                : OptionalLong.empty();
        if (wait.isPresent()) {
            quotas.countRefusal(AzureLimit.DPS_STATUS_POLLS);
            return throttled(wait);
        }
        return progress(registration);
    }

    private Reply progress(Registration registration) {
        Instant now = clock.instant();
        JsonObject body = RegistrationJson.operation(registration, now);
        return registration.statusAt(now) == RegistrationStatus.ASSIGNING
                ? new Reply(202, OptionalLong.of(retryAfter()), body)
                : new Reply(200, OptionalLong.empty(), body);
    }

    private long retryAfter() {
        long compression = quotas.timeCompression();
        return (DOCUMENTED_RETRY_AFTER_SECONDS + compression - 1) / compression;
    }

    private Reply throttled(OptionalLong wait) {
        return Reply.refused(new ProvisioningException(ProvisioningError.THROTTLED), wait, clock.instant());
    }

    private ProvisioningService known() {
        return service.orElseThrow(() -> new ProvisioningException(ProvisioningError.UNAUTHORIZED));
    }

    private SasToken signature() {
        return token.orElseThrow(() -> new ProvisioningException(ProvisioningError.UNAUTHORIZED));
    }

    private static JsonObject parse(Buffer body) {
        try {
            return body.toJsonObject();
        } catch (DecodeException | ClassCastException malformed) {
            throw new ProvisioningException(ProvisioningError.BAD_REQUEST, "The body is not a JSON object.");
        }
    }

    private record Reply(int status, OptionalLong retryAfter, JsonObject body) {
        static Reply refused(ProvisioningException refusal, OptionalLong retryAfter, Instant now) {
            return new Reply(refusal.error().httpStatus(), retryAfter, DpsErrorBody.of(refusal, now));
        }
    }
}
