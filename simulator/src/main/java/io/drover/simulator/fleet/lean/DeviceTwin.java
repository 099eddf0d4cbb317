package io.drover.simulator.fleet.lean;

import io.drover.simulator.fleet.device.OwnedProperties;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.function.Consumer;

/**
 * A device's twin on one connection: reads the desired properties once, then follows their changes, and acknowledges both ("Communicate
 * with an IoT hub using the MQTT protocol"). On the session's event loop.
 */
final class DeviceTwin {
    /** Topic filter of changes. */
    static final String CHANGES = "$iothub/twin/PATCH/properties/desired/#";

    private static final String CHANGE = "$iothub/twin/PATCH/properties/desired/";
    private static final String READ_ANSWER = "$iothub/twin/res/200/?$rid=read";
    private static final byte[] NOTHING = new byte[0];

    private final MqttSession session;
    private final Consumer<Future<Void>> written;

    /** @param written takes what becomes of each message */
    DeviceTwin(MqttSession session, Consumer<Future<Void>> written) {
        this.session = session;
        this.written = written;
    }

    /** Asks for the twin; the rest happens as answers come. */
    void read() {
        written.accept(session.send("$iothub/twin/GET/?$rid=read", NOTHING));
    }

    void report(JsonObject properties) {
        if (!properties.isEmpty()) {
            written.accept(session.send(
                    "$iothub/twin/PATCH/properties/reported/?$rid=report",
                    properties.toBuffer().getBytes()));
        }
    }

    /** Takes a message that concerns the twin; any other is left alone. */
    void received(String topic, byte[] payload) {
        try {
            if (topic.startsWith(READ_ANSWER)) {
                acknowledge(new JsonObject(Buffer.buffer(payload)).getJsonObject("desired", new JsonObject()));
            } else if (topic.startsWith(CHANGE)) {
                acknowledge(new JsonObject(Buffer.buffer(payload)));
            }
        } catch (DecodeException | ClassCastException unreadable) {
            written.accept(Future.failedFuture(unreadable));
        }
    }

    private void acknowledge(JsonObject desired) {
        report(OwnedProperties.acknowledged(desired, desired.getLong("$version", 1L)));
    }
}
