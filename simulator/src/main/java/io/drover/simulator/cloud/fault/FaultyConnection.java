package io.drover.simulator.cloud.fault;

import io.drover.simulator.cloud.metrics.CloudService;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttEndpoint;
import io.vertx.mqtt.messages.MqttPublishMessage;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.Optional;

/**
 * One MQTT connection between device and service. {@link MqttEndpoint} has some sixty methods of which four matter here, so the
 * service's view of it is a dynamic proxy. On the connection's event loop.
 */
final class FaultyConnection implements InvocationHandler {
    private final Vertx vertx;
    private final Context context;
    private final Faults faults;
    private final MqttEndpoint device;
    private final MqttFaults.Peer peer;
    private final MqttFaults gateway;
    private final Instant since;
    private Handler<Void> closeHandler = closed -> {};

    FaultyConnection(Vertx vertx, Faults faults, MqttEndpoint device, MqttFaults.Peer peer, MqttFaults gateway) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.faults = faults;
        this.device = device;
        this.peer = peer;
        this.gateway = gateway;
        this.since = faults.clock().instant();
        device.closeHandler(closed -> {
            gateway.closed(this);
            closeHandler.handle(null);
        });
    }

    /** The service's view. */
    MqttEndpoint endpoint() {
        return (MqttEndpoint)
                Proxy.newProxyInstance(MqttEndpoint.class.getClassLoader(), new Class<?>[] {MqttEndpoint.class}, this);
    }

    MqttFaults.Peer peer() {
        return peer;
    }

    /** Closes the connection as if the network had; from any thread. */
    void drop() {
        context.runOnContext(turn -> {
            if (device.isConnected()) {
                device.close();
            }
        });
    }

    @Override
    @SuppressWarnings("unchecked")
    public Object invoke(Object proxy, Method method, Object[] arguments) throws Throwable {
        switch (method.getName()) {
            case "closeHandler" -> {
                closeHandler = arguments[0] == null ? closed -> {} : (Handler<Void>) arguments[0];
                return proxy;
            }
            case "publishHandler" -> {
                Handler<MqttPublishMessage> service = (Handler<MqttPublishMessage>) arguments[0];
                device.publishHandler(service == null ? null : message -> receive(message, service));
                return proxy;
            }
            case "publish" -> {
                return push(method, arguments);
            }
            case "accept" -> {
                gateway.opened(this);
                return real(proxy, method, arguments);
            }
            default -> {
                return real(proxy, method, arguments);
            }
        }
    }

    private void receive(MqttPublishMessage message, Handler<MqttPublishMessage> service) {
        DeviceTopic topic = DeviceTopic.of(message.topicName());
        if (peer.service() == CloudService.DPS_MQTT
                && new SkewedClock(faults)
                        .refuses(
                                peer.service().text(),
                                peer.device(),
                                topic.operation(),
                                MqttFaults.passwordOf(device))) {
            unauthorized(topic);
            return;
        }
        Optional<Fault> struck = topic.operation().equals("poll") && !slow()
                ? Optional.empty()
                : faults.strikes(
                        FaultKind.Point.DEVICE_MESSAGE,
                        peer.service().text(),
                        peer.host(),
                        peer.device(),
                        topic.operation());
        if (struck.isEmpty()) {
            service.handle(message);
            return;
        }
        Fault fault = struck.get();
        switch (fault.kind()) {
            case LATE_METHOD_ANSWER ->
                vertx.setTimer(Math.max(1, fault.delay().toMillis()), due -> service.handle(message));
            case TWIN_THROTTLED -> answer("$iothub/twin/res/429/?$rid=" + topic.requestId(), Buffer.buffer());
            case DPS_THROTTLED ->
                answer(
                        "$dps/registrations/res/429/?$rid=" + topic.requestId() + "&retry-after="
                                + faults.retryAfter(fault.delay()),
                        ProvisioningAnswers.throttled(now()).toBuffer());
            case DPS_UNAUTHORIZED -> unauthorized(topic);
            case DPS_CUSTOM_ALLOCATION_FAILED ->
                answer(
                        "$dps/registrations/res/200/?$rid=" + topic.requestId(),
                        ProvisioningAnswers.customAllocationFailed(peer.device(), now())
                                .toBuffer());
            case DPS_ASSIGNING_FOREVER, DPS_SLOW_ASSIGNMENT ->
                answer(
                        "$dps/registrations/res/202/?$rid=" + topic.requestId() + "&retry-after="
                                + faults.retryAfter(ProvisioningAnswers.POLL_AGAIN),
                        ProvisioningAnswers.assigning(topic.operationId()).toBuffer());
            default -> {
                // Lost: the service never sees it.
            }
        }
    }

    /** Whether any fault could hold back a poll; a slow assignment is over once its time has passed. */
    private boolean slow() {
        return faults.open(FaultKind.DPS_ASSIGNING_FOREVER, peer.service().text(), peer.device(), "poll")
                .or(() -> faults.open(
                                FaultKind.DPS_SLOW_ASSIGNMENT, peer.service().text(), peer.device(), "poll")
                        .filter(fault -> now().isBefore(since.plus(fault.delay()))))
                .isPresent();
    }

    private Object push(Method method, Object[] arguments) throws Throwable {
        String topic = (String) arguments[0];
        Optional<Fault> struck = faults.strikes(
                FaultKind.Point.DEVICE_PUSH,
                peer.service().text(),
                peer.host(),
                peer.device(),
                DeviceTopic.of(topic).operation());
        if (struck.isPresent()) {
            switch (struck.get().kind()) {
                case LOST_CLOUD_TO_DEVICE -> {
                    return Future.succeededFuture(0);
                }
                case DUPLICATE_METHOD -> real(null, method, arguments);
                case DPS_RETRY_AFTER_MISSING -> arguments[0] = topic.replaceFirst("&retry-after=[^&]*", "");
                case DPS_RETRY_AFTER_WRONG ->
                    arguments[0] = topic.replaceFirst("&retry-after=[^&]*", "&retry-after=soon");
                default -> {
                    // No other kind strikes here.
                }
            }
        }
        return real(null, method, arguments);
    }

    private void unauthorized(DeviceTopic topic) {
        answer(
                "$dps/registrations/res/401/?$rid=" + topic.requestId(),
                ProvisioningAnswers.unauthorized(now()).toBuffer());
    }

    private void answer(String topic, Buffer body) {
        // As real answers, later than a client needs to have handled its SUBACK.
        vertx.setTimer(5, due -> {
            if (device.isConnected()) {
                device.publish(topic, body, MqttQoS.AT_MOST_ONCE, false, false);
            }
        });
    }

    private Instant now() {
        return faults.clock().instant();
    }

    private Object real(Object proxy, Method method, Object[] arguments) throws Throwable {
        try {
            Object result = method.invoke(device, arguments);
            return result == device ? proxy : result;
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }
}
