package io.drover.simulator.cloud.hub;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The MQTT user name {@code {host}/{deviceId}[/{moduleId}]/?api-version=…&model-id=…}. The client id is what names the device; the
 * user name must name the same.
 */
record DeviceUserName(String host, String clientId, String modelId) {

    static Optional<DeviceUserName> parse(String text) {
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
