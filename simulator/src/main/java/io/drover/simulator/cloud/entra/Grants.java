package io.drover.simulator.cloud.entra;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * What users have granted to applications and not yet fetched or renewed: authorization codes (ten minutes, once) and refresh
 * tokens (a day, again and again, as documented for single-page applications). Bounded: the oldest go first. Thread-safe.
 */
final class Grants {
    private static final Duration CODE_LIFETIME = Duration.ofMinutes(10);
    private static final Duration REFRESH_LIFETIME = Duration.ofHours(24);
    private static final int MAX_GRANTS = 10_000;
    private static final int SECRET_BYTES = 32;

    /**
     * A user's grant to an application.
     *
     * @param redirectUri of the request for a code; null in a refresh token
     * @param challenge PKCE's, null without one or in a refresh token
     * @param nonce for the id token, or null
     */
    record Grant(
            String tenant,
            String clientId,
            DirectoryUser user,
            TokenResource resource,
            String redirectUri,
            String challenge,
            boolean challengeHashed,
            String nonce,
            Instant expiry) {}

    private final Clock clock;
    private final RandomGenerator random;
    private final Map<String, Grant> codes = bounded();
    private final Map<String, Grant> refreshes = bounded();

    Grants(Clock clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    Instant codeExpiry() {
        return clock.instant().plus(CODE_LIFETIME);
    }

    synchronized String code(Grant grant) {
        String code = secret();
        codes.put(code, grant);
        return code;
    }

    /** Takes the code: it is good once. */
    synchronized Optional<Grant> redeem(String code) {
        return Optional.ofNullable(codes.remove(code)).filter(this::isCurrent);
    }

    /** A refresh token for what the grant allows. */
    synchronized String refresh(Grant grant) {
        String token = secret();
        refreshes.put(
                token,
                new Grant(
                        grant.tenant(),
                        grant.clientId(),
                        grant.user(),
                        grant.resource(),
                        null,
                        null,
                        false,
                        null,
                        clock.instant().plus(REFRESH_LIFETIME)));
        return token;
    }

    synchronized Optional<Grant> refreshed(String token) {
        return Optional.ofNullable(refreshes.get(token)).filter(this::isCurrent);
    }

    private boolean isCurrent(Grant grant) {
        return grant.expiry().isAfter(clock.instant());
    }

    private String secret() {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static Map<String, Grant> bounded() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Grant> eldest) {
                return size() > MAX_GRANTS;
            }
        };
    }
}
