package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.Names;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.entra.Caller;
import io.drover.simulator.cloud.entra.ServicePrincipal;
import io.drover.simulator.cloud.sas.SasToken;
import java.time.Clock;
import java.util.Optional;

/** Checks the Authorization header of the hub's REST API: an Entra token of the hub audience, or a policy's SAS. */
final class HubAccess {
    private final AccessTokens tokens;
    private final Names names;
    private final Clock clock;

    HubAccess(AccessTokens tokens, Names names, Clock clock) {
        this.tokens = tokens;
        this.names = names;
        this.clock = clock;
    }

    /** The reason for refusing, or empty when the caller may use the right at the hub. */
    Optional<HubError> refusal(String authorization, Hub hub, AccessRight right) {
        Optional<SasToken> sas = SasToken.parse(authorization);
        if (sas.isPresent()) {
            return bySas(sas.get(), hub, right);
        }
        Optional<Caller> caller = tokens.verify(authorization, names.hubAudience());
        if (caller.isEmpty()) {
            return Optional.of(HubError.UNAUTHORIZED);
        }
        return caller.get().has(ServicePrincipal.HUB_CONTRIBUTOR) ? Optional.empty() : Optional.of(HubError.FORBIDDEN);
    }

    private Optional<HubError> bySas(SasToken token, Hub hub, AccessRight right) {
        SharedAccessPolicy policy =
                token.keyName() == null ? null : hub.policies().get(token.keyName());
        boolean holds = policy != null
                && policy.rights().contains(right)
                && token.expiry().isAfter(clock.instant())
                && token.resource().equalsIgnoreCase(hub.hostName())
                && token.signedBy(policy.key());
        return holds ? Optional.empty() : Optional.of(HubError.UNAUTHORIZED);
    }
}
