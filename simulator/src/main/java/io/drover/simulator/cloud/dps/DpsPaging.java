package io.drover.simulator.cloud.dps;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Paging by headers. Pages have at most 100 items whatever is asked.
 *
 * @param after the key the page starts behind, or null
 * @param max items on the page
 */
record DpsPaging(String after, int max) {
    private static final int MAX_PAGE = 100;

    static DpsPaging of(HttpServerRequest request) {
        return new DpsPaging(after(request.getHeader("x-ms-continuation")), max(request));
    }

    void describe(HttpServerResponse response, String continuation, String itemType) {
        response.putHeader("x-ms-max-item-count", Integer.toString(max)).putHeader("x-ms-item-type", itemType);
        if (continuation != null) {
            response.putHeader(
                    "x-ms-continuation",
                    Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(continuation.getBytes(StandardCharsets.UTF_8)));
        }
    }

    private static String after(String token) {
        if (token == null || token.isEmpty()) {
            return null;
        }
        try {
            return new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notOurs) {
            throw new ProvisioningException(ProvisioningError.BAD_REQUEST, "x-ms-continuation is not one we gave.");
        }
    }

    private static int max(HttpServerRequest request) {
        String asked = request.getHeader("x-ms-max-item-count");
        if (asked == null) {
            return MAX_PAGE;
        }
        try {
            int count = Integer.parseInt(asked.trim());
            if (count == -1) {
                return MAX_PAGE;
            }
            if (count > 0) {
                return Math.min(count, MAX_PAGE);
            }
        } catch (NumberFormatException notANumber) {
            // refused below with every other bad count
        }
        throw new ProvisioningException(
                ProvisioningError.BAD_REQUEST, "x-ms-max-item-count must be a positive number.");
    }
}
