package io.drover.simulator.cloud.entra;

import java.util.Set;

/**
 * An API registered in a tenant, for which tokens are issued.
 *
 * @param clientId the audience of its v2 tokens
 * @param identifierUri what scopes begin with, and the audience of its v1 tokens
 * @param tokenVersion 1 or 2, the manifest's {@code accessTokenAcceptedVersion}
 * @param scopes delegated permissions users may grant
 */
public record RegisteredApi(String clientId, String identifierUri, int tokenVersion, Set<String> scopes) {
    public RegisteredApi {
        scopes = Set.copyOf(scopes);
    }
}
