package io.drover.simulator.cloud;

import io.vertx.core.json.JsonObject;
import java.nio.file.Path;

/** Where a started cloud listens, and the authority to trust. */
public record CloudPorts(int https, int mqtt, int amqp, int control, Path caCertificate) {

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
                .encode();
    }
}
