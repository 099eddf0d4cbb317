package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.mqtt.DeviceConnection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The MQTT user name {@code {host}/{deviceId}[/{moduleId}]/?api-version=…&model-id=…}. The client id is what names the device; the
 * user name must name the same.
 */
record DeviceUserName(String host, String clientId, String modelId) {

    /** What the CONNECT says; of a client without a user name the host name of its TLS handshake tells the hub, and the model is not known. */
    static Optional<DeviceUserName> of(DeviceConnection connection) {
        DeviceConnection.Connect connect = connection.connect();
        return connect.userName() != null
                ? parse(connect.userName())
                : Optional.ofNullable(connection.serverName())
                        .map(host -> new DeviceUserName(host, connect.clientId(), null));
    }

    private static Optional<DeviceUserName> parse(String text) {
        if (text == null) {
            return Optional.empty();
        }
        int first = text.indexOf('/');
        int last = text.indexOf("/?", first + 1);
        if (first <= 0 || last <= first + 1) {
            return Optional.empty();
        }
        return Optional.of(new DeviceUserName(
                text.substring(0, first).toLowerCase(Locale.ROOT),
                text.substring(first + 1, last),
                modelId(text.substring(last + 1))));
    }

    private static String modelId(String query) {
        try {
            Map<String, String> parameters = PropertyBag.parse(query);
            return parameters.get("model-id");
        } catch (IllegalArgumentException brokenEscape) {
            return null;
        }
    }
}
