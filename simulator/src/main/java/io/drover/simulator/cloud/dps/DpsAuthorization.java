package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.Names;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.entra.Caller;
import io.drover.simulator.cloud.entra.ServicePrincipal;
import io.drover.simulator.cloud.sas.SasToken;
import java.time.Clock;
import java.util.Optional;
import java.util.Set;

/** Who may use the service API: a SAS token of a policy with the right that the operation needs, or an Entra token with the role. */
final class DpsAuthorization {
    private static final Set<ProvisioningRight> READING =
            Set.of(ProvisioningRight.ENROLLMENT_READ, ProvisioningRight.REGISTRATION_STATUS_READ);

    private final AccessTokens tokens;
    private final Names names;
    private final Clock clock;

    DpsAuthorization(AccessTokens tokens, Names names, Clock clock) {
        this.tokens = tokens;
        this.names = names;
        this.clock = clock;
    }

    /**
     * Lets the request pass.
     *
     * @param header the Authorization header, or null
     * @param right what the operation needs
     * @throws ProvisioningException UNAUTHORIZED, or FORBIDDEN when the caller is known but lacks the role
     */
    void require(ProvisioningService service, String host, String header, ProvisioningRight right) {
        Optional<SasToken> signature = SasToken.parse(header);
        if (signature.isPresent()) {
            if (!signedByPolicy(service, host, signature.get(), right)) {
                throw new ProvisioningException(ProvisioningError.UNAUTHORIZED);
            }
            return;
        }
        Caller caller = tokens.verify(header, names.provisioningAudience())
                .orElseThrow(() -> new ProvisioningException(ProvisioningError.UNAUTHORIZED));
        boolean allowed = caller.has(ServicePrincipal.DPS_CONTRIBUTOR)
                || (READING.contains(right) && caller.has(ServicePrincipal.DPS_READER));
        if (!allowed) {
            throw new ProvisioningException(
                    ProvisioningError.FORBIDDEN,
                    "The caller lacks the role Device Provisioning Service Data "
                            + (READING.contains(right) ? "Reader or Data Contributor." : "Contributor."));
        }
    }

    private boolean signedByPolicy(ProvisioningService service, String host, SasToken token, ProvisioningRight right) {
        ProvisioningPolicy policy =
                token.keyName() == null ? null : service.policies().get(token.keyName());
        return policy != null
                && policy.rights().contains(right)
                && token.resource().equalsIgnoreCase(host)
                && token.expiry().isAfter(clock.instant())
                && token.signedBy(policy.key());
    }
}
