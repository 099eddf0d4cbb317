package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.mqtt.DeviceConnection;
import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** A device's live MQTT connection. Writes happen on the connection's own event loop; may be called from any thread. */
final class DeviceSession {
    private static final int MAX_PENDING_METHODS = 32;
    /** Far beyond the life of a process; an expiry may be any number that fits into a token. */
    private static final Duration LONGEST_TIMER = Duration.ofDays(365);

    /** "IoT Hub limits the maximum server-side timeout to 29.45 minutes." */
    private static final int LONGEST_SILENCE_SECONDS = 1767;

    private static final int MAX_PACKET_ID = 0xFFFF;

    private final HubDevice device;
    private final AuthMethod authMethod;
    private final DeviceConnection connection;
    private final Context context;
    private final Clock clock;
    private final AtomicInteger requestIds = new AtomicInteger();
    private final Map<String, Promise<MethodResult>> pending = new ConcurrentHashMap<>(2);
    private volatile boolean takesMethods;
    private volatile boolean takesDesired;
    /** Confined to the event loop, as the next three. */
    private MqttQoS messagesQos;

    private final Map<Integer, Long> unacknowledged = new HashMap<>(2);
    private int packetIds;
    private Instant heard;

    DeviceSession(HubDevice device, AuthMethod authMethod, DeviceConnection connection, Context context, Clock clock) {
        this.device = device;
        this.authMethod = authMethod;
        this.connection = connection;
        this.context = context;
        this.clock = clock;
        this.heard = clock.instant();
    }

    HubDevice device() {
        return device;
    }

    AuthMethod authMethod() {
        return authMethod;
    }

    boolean takesMethods() {
        return takesMethods;
    }

    void takesMethods(boolean subscribed) {
        takesMethods = subscribed;
        if (subscribed) {
            device.methodsReady(this);
        }
    }

    void takesDesired(boolean subscribed) {
        takesDesired = subscribed;
    }

    /**
     * Sends the request (QoS 0) and waits for the answer with the same request id. Fails with {@link HubError#TIMEOUT}:
     * the device may have run it all the same.
     */
    Future<MethodResult> invoke(String method, Buffer payload, Duration responseTimeout) {
        if (pending.size() >= MAX_PENDING_METHODS) {
            return Future.failedFuture(new HubException(HubError.THROTTLING, "Too many pending method calls."));
        }
        String requestId = Integer.toHexString(requestIds.incrementAndGet());
        Promise<MethodResult> answer = Promise.promise();
        pending.put(requestId, answer);
        Instant deliveredAt = clock.instant();
        publish("$iothub/methods/POST/" + method + "/?$rid=" + requestId, payload);
        return answer.future()
                .timeout(responseTimeout.toMillis(), TimeUnit.MILLISECONDS)
                .map(result -> new MethodResult(result.status(), result.payload(), deliveredAt))
                .onComplete(done -> pending.remove(requestId))
                .recover(failure -> Future.failedFuture(
                        failure instanceof TimeoutException
                                ? new HubException(
                                        HubError.TIMEOUT,
                                        "Timed out waiting for the response from device.",
                                        deliveredAt)
                                : failure));
    }

    /** Hands a device's answer to whoever waits for it; one that comes too late finds nobody. */
    void answered(String requestId, int status, Buffer payload) {
        Promise<MethodResult> answer = pending.get(requestId);
        if (answer != null) {
            answer.tryComplete(new MethodResult(status, payload, null));
        }
    }

    void desiredChanged(long version, Buffer patch) {
        if (takesDesired) {
            publish("$iothub/twin/PATCH/properties/desired/?$version=" + version, patch);
        }
    }

    /** Sends to the device with QoS 0, silently not when the connection has just gone. */
    void publish(String topic, Buffer payload) {
        context.runOnContext(onLoop -> {
            if (connection.isConnected()) {
                connection.publish(topic, payload, MqttQoS.AT_MOST_ONCE, 0);
            }
        });
    }

    /** Closes the connection when its token runs out, as documented; cancel the timer given when it ends earlier. */
    long dropAt(Instant tokenExpiry, Vertx vertx) {
        Duration left = Duration.between(clock.instant(), tokenExpiry);
        long millis = left.compareTo(LONGEST_TIMER) > 0 ? LONGEST_TIMER.toMillis() : left.toMillis();
        return vertx.setTimer(Math.max(1, millis), expired -> drop());
    }

    /** The device listens for messages from now on, or with null no longer. On the event loop. */
    void takesMessages(MqttQoS qos) {
        messagesQos = qos;
        push();
    }

    /** Sends what waits in the device's queue, if it listens. Any thread. */
    void pushMessages() {
        context.runOnContext(onLoop -> push());
    }

    private void push() {
        while (messagesQos != null && connection.isConnected()) {
            Optional<CloudToDeviceQueue.Delivery> next = device.messages().next(clock.instant());
            if (next.isEmpty()) {
                return;
            }
            CloudToDeviceQueue.Delivery delivery = next.get();
            packetIds = packetIds % MAX_PACKET_ID + 1;
            String topic = CloudToDeviceTopic.of(device, delivery.message());
            connection.publish(topic, delivery.message().body(), messagesQos, packetIds);
            if (messagesQos == MqttQoS.AT_LEAST_ONCE) {
                unacknowledged.put(packetIds, delivery.number());
            } else {
                device.messages().complete(delivery.number(), clock.instant());
            }
        }
    }

    /** The device acknowledged a message: PUBACK completes it. On the event loop. */
    void acknowledged(int packetId) {
        Long number = unacknowledged.remove(packetId);
        if (number != null) {
            device.messages().complete(number, clock.instant());
        }
    }

    /** Something came from the device. On the event loop. */
    void heard() {
        heard = clock.instant();
    }

    /**
     * Closes the connection after 1767 silent seconds, for clients whose keep-alive asks for more or none; shorter ones are
     * watched by the MQTT listener. Cancel the timer given when the connection ends.
     */
    long dropWhenSilent(Vertx vertx) {
        return vertx.setPeriodic(Duration.ofSeconds(LONGEST_SILENCE_SECONDS).toMillis() / 2, tick -> {
            if (Duration.between(heard, clock.instant()).toSeconds() >= LONGEST_SILENCE_SECONDS) {
                drop();
            }
        });
    }

    /** Closes the connection from the hub's side. */
    void drop() {
        context.runOnContext(onLoop -> {
            if (connection.isConnected()) {
                connection.close();
            }
        });
    }
}
