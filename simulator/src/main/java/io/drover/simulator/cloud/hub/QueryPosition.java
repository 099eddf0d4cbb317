package io.drover.simulator.cloud.hub;

import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Where the next page of a query begins: after so many rows, the last of which had this key. */
record QueryPosition(long given, String after) {
    private static final int DEFAULT_PAGE = 100;
    private static final int MAX_PAGE = 1000;

    /** The page size asked for, 1 to 1000, 100 by default. Fails with ARGUMENT_INVALID. */
    static int pageSize(RoutingContext request) {
        String header = request.request().getHeader("x-ms-max-item-count");
        if (header == null) {
            return DEFAULT_PAGE;
        }
        try {
            int size = Integer.parseInt(header);
            if (size >= 1 && size <= MAX_PAGE) {
                return size;
            }
        } catch (NumberFormatException notANumber) {
            // answered below like a number out of range
        }
        throw new HubException(HubError.ARGUMENT_INVALID, "x-ms-max-item-count must be 1 to " + MAX_PAGE + ".");
    }

    /** The position the request continues from. Fails with ARGUMENT_INVALID when it belongs to another query or page size. */
    static QueryPosition of(RoutingContext request, String query, int size) {
        String token = request.request().getHeader("x-ms-continuation");
        if (token == null || token.isEmpty()) {
            return new QueryPosition(0, "");
        }
        try {
            String plain = new String(Base64.getDecoder().decode(token), StandardCharsets.UTF_8);
            String[] parts = plain.split(":", 3);
            if (parts.length == 3 && parts[0].equals(owner(query, size))) {
                return new QueryPosition(Math.max(0, Long.parseLong(parts[1])), parts[2]);
            }
        } catch (IllegalArgumentException notOurs) {
            // answered below like a token of another query
        }
        throw new HubException(
                HubError.ARGUMENT_INVALID, "The continuation token does not belong to this query and page size.");
    }

    /** The token for {@code x-ms-continuation}. */
    String token(String query, int size) {
        String plain = owner(query, size) + ":" + given + ":" + after;
        return Base64.getEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    }

    private static String owner(String query, int size) {
        return Integer.toHexString(query.hashCode()) + "-" + size;
    }
}
