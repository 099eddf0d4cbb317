package io.drover.simulator.cloud.central;

import java.net.URI;
import java.util.Map;

/**
 * A {@code webhook@v1} destination of data export.
 *
 * @param authorization value of the Authorization header, or null; never shown again
 */
record WebhookDestination(
        String id,
        String displayName,
        URI url,
        Map<String, Customization> query,
        Map<String, Customization> headers,
        String authorization) {

    /** One more query parameter or header of each request; a secret one is hidden when the destination is read. */
    record Customization(String value, boolean secret) {
        @Override
        public String toString() {
            return secret ? "***" : value;
        }
    }

    WebhookDestination {
        query = Map.copyOf(query);
        headers = Map.copyOf(headers);
    }

    @Override
    public String toString() {
        return "WebhookDestination[" + id + "]";
    }
}
