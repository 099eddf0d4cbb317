package io.drover.worker.azure.entra;

import io.drover.worker.azure.AzureException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;

/**
 * Signs an app registration in with another issuer's token, by "Workload identity federation": the file is read for each
 * sign-in, as whoever writes it renews it.
 */
final class WorkloadIdentityCredential implements Credential {
    private static final String ADVICE =
            "Check the app registration's federated credential (issuer, subject, audience), entra.tenant and entra.clientId.";

    private final Vertx vertx;
    private final EntraApplication application;
    private final Path tokenFile;

    WorkloadIdentityCredential(Vertx vertx, EntraApplication application, Path tokenFile) {
        this.vertx = vertx;
        this.application = application;
        this.tokenFile = tokenFile;
    }

    @Override
    public Future<AccessToken> signIn(String audience) {
        return vertx.fileSystem()
                .readFile(tokenFile.toString())
                .recover(unreadable -> Future.failedFuture(new AzureException(
                        429,
                        "SignInUnavailable",
                        "entra.workloadIdentity.tokenFile: there is no readable file " + tokenFile + ".")))
                .compose(token ->
                        application.byAssertion(audience, token.toString().strip(), ADVICE));
    }
}
