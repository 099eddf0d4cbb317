package io.drover.simulator.cloud.hub;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads {@code name=value&…}, percent-encoded, as topics and query strings of the device protocol carry it. */
final class PropertyBag {
    private PropertyBag() {}

    /** The properties, a name without {@code =} having an empty value; IllegalArgumentException for a broken escape. */
    static Map<String, String> parse(String text) {
        Map<String, String> properties = new LinkedHashMap<>();
        String bag = text.startsWith("?") ? text.substring(1) : text;
        for (String pair : bag.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                properties.put(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
        }
        return properties;
    }

    /** Percent-encodes everything but letters, digits and {@code - . _}. */
    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A");
    }

    /** Percent-decodes, leaving {@code +} as it is. */
    static String decode(String text) {
        return text.indexOf('%') < 0 ? text : URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Whether the text is the value itself or its percent-encoded form. */
    static boolean names(String text, String value) {
        if (text.equals(value)) {
            return true;
        }
        try {
            return decode(text).equals(value);
        } catch (IllegalArgumentException brokenEscape) {
            return false;
        }
    }
}
