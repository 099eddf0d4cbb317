package io.drover.simulator.cloud.hub;

import io.vertx.mqtt.MqttEndpoint;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;

/**
 * The MQTT user name {@code {host}/{deviceId}[/{moduleId}]/?api-version=…&model-id=…}. The client id is what names the device; the
 * user name must name the same.
 */
record DeviceUserName(String host, String clientId, String modelId) {

    /**
     * What the CONNECT says. A device with a certificate sends no password, and vertx-mqtt then keeps the user name to itself: the host
     * name of its TLS handshake tells the hub, and the model is not known.
     */
    static Optional<DeviceUserName> of(MqttEndpoint endpoint) {
        return endpoint.auth() != null
                ? parse(endpoint.auth().getUsername())
                : serverName(endpoint).map(host -> new DeviceUserName(host, endpoint.clientIdentifier(), null));
    }

    private static Optional<String> serverName(MqttEndpoint endpoint) {
        if (!endpoint.isSsl() || !(endpoint.sslSession() instanceof ExtendedSSLSession session)) {
            return Optional.empty();
        }
        return session.getRequestedServerNames().stream()
                .filter(SNIHostName.class::isInstance)
                .map(name -> ((SNIHostName) name).getAsciiName().toLowerCase(Locale.ROOT))
                .findFirst();
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
