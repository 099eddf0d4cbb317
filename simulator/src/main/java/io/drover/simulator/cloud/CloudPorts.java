package io.drover.simulator.cloud;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a started cloud listens, and the authority to trust.
 *
 * @param gateways process ids of the gateways
 */
public record CloudPorts(int https, int mqtt, int amqp, int control, Path caCertificate, List<Long> gateways) {

    /** The line a parent process waits for. */
    String readyLine() {
        return new JsonObject()
                .put("ready", "cloud")
                .put("pid", ProcessHandle.current().pid())
                .put("httpsPort", https)
                .put("mqttPort", mqtt)
                .put("amqpPort", amqp)
                .put("controlPort", control)
                .put("caCertificate", caCertificate.toString())
                .put("gateways", new JsonArray(gateways))
                .encode();
    }
}
