package io.drover.worker.azure.entra;

import io.drover.worker.Secret;
import io.vertx.core.Future;

/** Signs an app registration in with its secret. */
final class ClientSecretCredential implements Credential {
    private static final String ADVICE = "Check entra.tenant, entra.clientId and the client secret.";

    private final EntraApplication application;
    private final Secret secret;

    ClientSecretCredential(EntraApplication application, Secret secret) {
        this.application = application;
        this.secret = secret;
    }

    @Override
    public Future<AccessToken> signIn(String audience) {
        return application.bySecret(audience, secret.value(), ADVICE);
    }
}
