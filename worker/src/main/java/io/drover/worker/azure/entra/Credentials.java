package io.drover.worker.azure.entra;

import io.drover.worker.SignIn;
import io.drover.worker.WorkerConfig;
import io.drover.worker.azure.ConnectTo;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import java.time.Clock;
import java.util.List;

/** Makes the credential that the configuration asks for. */
public final class Credentials {
    private Credentials() {}

    /** The configured credential; nothing is contacted yet. */
    public static Credential of(
            Vertx vertx, WorkerConfig.Entra entra, List<ConnectTo> rules, HttpClientOptions tls, Clock clock) {
        SignIn signIn = entra.signIn();
        if (signIn instanceof SignIn.AzureCli cli) {
            return new AzureCliCredential(vertx, cli);
        }
        SignInHttp http = new SignInHttp(vertx, tls, rules);
        if (signIn instanceof SignIn.ManagedIdentity identity) {
            return new ManagedIdentityCredential(http, identity, clock);
        }
        if (signIn instanceof SignIn.WorkloadIdentity workload) {
            return new WorkloadIdentityCredential(
                    vertx,
                    new EntraApplication(http, entra.authority(), workload.tenant(), workload.clientId(), clock),
                    workload.tokenFile());
        }
        if (signIn instanceof SignIn.ClientCertificate certificate) {
            return new ClientCertificateCredential(
                    vertx,
                    new EntraApplication(http, entra.authority(), certificate.tenant(), certificate.clientId(), clock),
                    certificate,
                    clock);
        }
        return new ClientSecretCredential(vertx, entra.authority(), (SignIn.ClientSecret) signIn, rules, tls, clock);
    }
}
