package io.drover.worker.azure;

import io.drover.worker.Access;
import io.drover.worker.azure.entra.TokenSource;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/**
 * What a call's Authorization header says: a signature of the service's shared access policy or the application's API
 * token where the configuration gives one, else a bearer token of Entra. Thread-safe.
 */
public final class CallAuthorization {
    /** Signed for each call; the service's clock may be some minutes off. */
    private static final Duration LIFETIME = Duration.ofMinutes(30);

    private final TokenSource tokens;
    private final Access access;
    private final Clock clock;

    public CallAuthorization(TokenSource tokens, Access access, Clock clock) {
        this.tokens = tokens;
        this.access = access;
        this.clock = clock;
    }

    /** The header's value. Fails as {@link TokenSource#token}. */
    Future<String> header(AzureCall call) {
        return ownKey(call)
                .map(Future::succeededFuture)
                .orElseGet(() -> tokens.token(call.audience()).map(token -> "Bearer " + token));
    }

    /** The service refused what was said. */
    void refused(AzureCall call) {
        tokens.forget(call.audience());
    }

    private Optional<String> ownKey(AzureCall call) {
        String host = call.uri().getHost();
        return switch (call.service()) {
            case "hub" ->
                access.hub(host)
                        .filter(policy -> policy.use() == Access.Use.ALL)
                        .map(policy -> sign(host, policy));
            case "dps" -> access.provisioningService(host).map(policy -> sign(host, policy));
            case "central" ->
                access.application(host).map(token -> token.token().value());
            default -> Optional.empty();
        };
    }

    private String sign(String host, Access.Policy policy) {
        return SharedAccessSignature.sign(
                host, policy.policy(), policy.key().value(), clock.instant().plus(LIFETIME));
    }
}
