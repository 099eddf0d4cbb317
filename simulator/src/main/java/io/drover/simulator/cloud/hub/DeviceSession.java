package io.drover.simulator.cloud.hub;

import io.netty.handler.codec.mqtt.MqttQoS;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.mqtt.MqttEndpoint;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** A device's live MQTT connection. Writes happen on the connection's own event loop; may be called from any thread. */
final class DeviceSession {
    private static final int MAX_PENDING_METHODS = 32;
    /** Far beyond the life of a process; an expiry may be any number that fits into a token. */
    private static final Duration LONGEST_TIMER = Duration.ofDays(365);

    private final HubDevice device;
    private final MqttEndpoint endpoint;
    private final Context context;
    private final Clock clock;
    private final AtomicInteger requestIds = new AtomicInteger();
    private final Map<String, Promise<MethodResult>> pending = new ConcurrentHashMap<>(2);
    private volatile boolean takesMethods;
    private volatile boolean takesDesired;

    DeviceSession(HubDevice device, MqttEndpoint endpoint, Context context, Clock clock) {
        this.device = device;
        this.endpoint = endpoint;
        this.context = context;
        this.clock = clock;
    }

    HubDevice device() {
        return device;
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
            if (endpoint.isConnected()) {
                endpoint.publish(topic, payload, MqttQoS.AT_MOST_ONCE, false, false);
            }
        });
    }

    /** Closes the connection when its token runs out, as documented; cancel the timer given when it ends earlier. */
    long dropAt(Instant tokenExpiry, Vertx vertx) {
        Duration left = Duration.between(clock.instant(), tokenExpiry);
        long millis = left.compareTo(LONGEST_TIMER) > 0 ? LONGEST_TIMER.toMillis() : left.toMillis();
        return vertx.setTimer(Math.max(1, millis), expired -> drop());
    }

    /** Closes the connection from the hub's side. */
    void drop() {
        context.runOnContext(onLoop -> {
            if (endpoint.isConnected()) {
                endpoint.close();
            }
        });
    }
}
