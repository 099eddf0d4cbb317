package io.drover.simulator.cloud.hub.telemetry;

import io.drover.simulator.cloud.hub.AccessRight;
import io.drover.simulator.cloud.hub.Hub;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What one connection has proved with put-token: resource paths and until when. Only policies with ServiceConnect open
 * the built-in endpoint. Confined to the connection's event loop; holds a bounded number of grants.
 */
final class HubAuthorization {
    private static final int MAX_GRANTS = 1_000;

    private final Hub hub;
    private final String namespace;
    private final Clock clock;
    private final Map<String, Instant> grants = new HashMap<>();

    HubAuthorization(Hub hub, String namespace, Clock clock) {
        this.hub = hub;
        this.namespace = namespace;
        this.clock = clock;
    }

    /** The outcome of a put-token: empty when granted, else what was wrong, for a 401. */
    Optional<String> grant(String tokenText) {
        Optional<String> fault = check(tokenText);
        if (fault.isPresent()) {
            return fault;
        }
        if (grants.size() >= MAX_GRANTS) {
            grants.values().removeIf(expiry -> expiry.isBefore(clock.instant()));
        }
        if (grants.size() >= MAX_GRANTS) {
            return Optional.of("TooManyTokens: This connection holds " + MAX_GRANTS + " tokens.");
        }
        EventHubsToken.parse(tokenText)
                .ifPresent(token -> pathOf(token.resource()).ifPresent(path -> grants.put(path, token.expiry())));
        return Optional.empty();
    }

    /** What is wrong with a token; empty when it is good. Grants nothing. */
    Optional<String> check(String tokenText) {
        Optional<EventHubsToken> token = EventHubsToken.parse(tokenText);
        if (token.isEmpty()) {
            return Optional.of("MalformedToken: The token is not a shared access signature.");
        }
        if (pathOf(token.get().resource()).isEmpty()) {
            return Optional.of("InvalidAudience: The token is for another namespace.");
        }
        return faultOf(token.get());
    }

    /** Whether a token that has not run out covers the entity path or a parent of it. */
    boolean covers(String entityPath) {
        Instant now = clock.instant();
        String wanted = normal(entityPath);
        return grants.entrySet().stream()
                .anyMatch(grant -> grant.getValue().isAfter(now)
                        && (grant.getKey().isEmpty()
                                || wanted.equals(grant.getKey())
                                || wanted.startsWith(grant.getKey() + "/")));
    }

    private Optional<String> faultOf(EventHubsToken token) {
        if (!token.expiry().isAfter(clock.instant())) {
            return Optional.of("ExpiredToken: The token is expired.");
        }
        return Optional.ofNullable(hub.policies().get(token.keyName()))
                        .filter(policy -> policy.rights().contains(AccessRight.SERVICE_CONNECT)
                                && (token.signedBy(policy.key().primary())
                                        || token.signedBy(policy.key().secondary())))
                        .isPresent()
                ? Optional.empty()
                : Optional.of("InvalidSignature: The token has an invalid signature.");
    }

    private Optional<String> pathOf(String resource) {
        try {
            URI uri = URI.create(resource);
            boolean here = uri.getHost() != null && uri.getHost().equalsIgnoreCase(namespace);
            return here ? Optional.of(normal(uri.getPath())) : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static String normal(String path) {
        String lower = path.toLowerCase(Locale.ROOT);
        int begin = lower.startsWith("/") ? 1 : 0;
        int end = lower.endsWith("/") && lower.length() > begin ? lower.length() - 1 : lower.length();
        return lower.substring(begin, end);
    }
}
