package io.drover.worker.azure.entra;

import io.drover.worker.SignIn.ManagedIdentity;
import io.vertx.core.Future;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Set;

/**
 * Asks the machine for a token of its identity, by "How to use managed identities for Azure resources on an Azure VM to
 * acquire an access token", or as App Service and its kin offer it.
 */
final class ManagedIdentityCredential implements Credential {
    /** As documented, the endpoint is being updated and will be back within 70 seconds. */
    private static final Set<Integer> PASSING = Set.of(404, 410);

    private final SignInHttp http;
    private final ManagedIdentity identity;
    private final Clock clock;

    ManagedIdentityCredential(SignInHttp http, ManagedIdentity identity, Clock clock) {
        this.http = http;
        this.identity = identity;
        this.clock = clock;
    }

    @Override
    public Future<AccessToken> signIn(String audience) {
        boolean appService = identity.header() != null;
        String url = identity.endpoint()
                + (appService ? "?api-version=2019-08-01" : "/metadata/identity/oauth2/token?api-version=2018-02-01")
                + "&resource=" + encoded(audience)
                + (identity.by() == null ? "" : "&" + parameter(appService) + "=" + encoded(identity.identity()));
        return http.get(
                        url,
                        appService ? "X-IDENTITY-HEADER" : "Metadata",
                        appService ? identity.header().value() : "true",
                        "Only machines in Azure have a managed identity: elsewhere choose another way under entra, or set"
                                + " entra.managedIdentity.endpoint.")
                .compose(answer -> TokenAnswer.read(
                        answer,
                        "This machine has no token of its managed identity for " + audience,
                        PASSING,
                        "Give the machine an identity, and name it under entra.managedIdentity when it has several.",
                        clock));
    }

    private String parameter(boolean appService) {
        return switch (identity.by()) {
            case CLIENT_ID -> "client_id";
            case OBJECT_ID -> appService ? "principal_id" : "object_id";
            case RESOURCE_ID -> "mi_res_id";
        };
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8);
    }
}
