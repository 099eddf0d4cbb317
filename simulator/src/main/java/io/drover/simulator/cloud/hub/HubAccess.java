package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.Names;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.entra.Caller;
import io.drover.simulator.cloud.sas.SasToken;
import java.time.Clock;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * Checks what a service shows at the hub, over HTTPS or AMQP: an Entra token of the hub audience, or a policy's SAS. Refusals
 * follow "Azure IoT Hub error codes": 401003 for what cannot be authenticated and for a principal without the role, 401002 for a
 * policy without the right.
 */
public final class HubAccess {
    private final AccessTokens tokens;
    private final Names names;
    private final Clock clock;

    public HubAccess(AccessTokens tokens, Names names, Clock clock) {
        this.tokens = tokens;
        this.names = names;
        this.clock = clock;
    }

    /** The reason for refusing, or empty when the caller may do this at the hub. */
    public Optional<HubException> refusal(String authorization, Hub hub, HubPermission permission) {
        if (authorization == null || authorization.isBlank()) {
            return refused(HubError.AUTHENTICATION_FAILED, "Authorization header missing");
        }
        Optional<SasToken> sas = SasToken.parse(authorization);
        if (sas.isPresent()) {
            return bySas(sas.get(), hub, permission);
        }
        Optional<Caller> caller = tokens.verify(authorization, names.hubAudience());
        if (caller.isEmpty()) {
            return refused(HubError.AUTHENTICATION_FAILED, "Unauthorized");
        }
        return permission.heldBy(caller.get().roles())
                ? Optional.empty()
                : refused(
                        HubError.AUTHENTICATION_FAILED,
                        "Principal " + caller.get().clientId() + " is not authorized for " + permission
                                + " due to no assigned permissions");
    }

    /** When a token accepted by {@link #refusal} ends. */
    public Instant expiry(String authorization) {
        return SasToken.parse(authorization)
                .map(SasToken::expiry)
                .orElseGet(() -> clock.instant().plusSeconds(24 * 3600));
    }

    private Optional<HubException> bySas(SasToken token, Hub hub, HubPermission permission) {
        SharedAccessPolicy policy =
                token.keyName() == null ? null : hub.policies().get(token.keyName());
        boolean authentic = policy != null
                && token.expiry().isAfter(clock.instant())
                && token.resource().toLowerCase(Locale.ROOT).equals(hub.hostName())
                && token.signedBy(policy.key());
        if (!authentic) {
            return refused(HubError.AUTHENTICATION_FAILED, "Unauthorized");
        }
        return policy.rights().contains(permission.right())
                ? Optional.empty()
                : refused(
                        HubError.UNAUTHORIZED,
                        "Authorization rule '" + policy.name() + "' does not allow access for '" + permission + "'");
    }

    private static Optional<HubException> refused(HubError error, String message) {
        return Optional.of(new HubException(error, message));
    }
}
