package io.drover.simulator.cloud.entra;

import java.security.PublicKey;

/**
 * Tokens of another issuer with which an application may sign in ("Workload identity federation").
 *
 * @param audience what the token must be meant for, {@code api://AzureADTokenExchange} by default
 * @param key of the issuer, which Entra itself would read from the issuer's published key set
 */
public record FederatedCredential(String issuer, String subject, String audience, PublicKey key) {
    public static final String USUAL_AUDIENCE = "api://AzureADTokenExchange";
}
