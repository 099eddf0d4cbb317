package io.drover.worker.azure.entra;

import io.drover.worker.SignIn;
import io.drover.worker.azure.AzureException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signs an app registration in with its certificate. The file is read for each sign-in, so a new one is taken up. */
final class ClientCertificateCredential implements Credential {
    private static final Logger LOG = LoggerFactory.getLogger(ClientCertificateCredential.class);
    private static final Duration NEAR = Duration.ofDays(30);
    private static final String ADVICE =
            "Check entra.tenant, entra.clientId, and that the certificate is uploaded to the app registration.";

    private final Vertx vertx;
    private final EntraApplication application;
    private final SignIn.ClientCertificate from;
    private final Clock clock;
    private final AtomicReference<String> warning = new AtomicReference<>();

    ClientCertificateCredential(Vertx vertx, EntraApplication application, SignIn.ClientCertificate from, Clock clock) {
        this.vertx = vertx;
        this.application = application;
        this.from = from;
        this.clock = clock;
    }

    @Override
    public Future<AccessToken> signIn(String audience) {
        return vertx.executeBlocking(this::assertion, false)
                .compose(assertion -> application.byAssertion(audience, assertion, ADVICE));
    }

    @Override
    public List<String> warnings() {
        String now = warning.get();
        return now == null ? List.of() : List.of(now);
    }

    private String assertion() throws Exception {
        CertificateFile.Signer signer;
        try {
            signer = CertificateFile.read(from.file(), from.password());
        } catch (CertificateFile.UnusableException unusable) {
            // The file may be half written at this moment.
            throw new AzureException(
                    429, "SignInUnavailable", "entra.clientCertificate.file: " + unusable.getMessage());
        }
        note(signer.certificate().getNotAfter().toInstant());
        return ClientAssertion.sign(signer, application.clientId(), application.endpoint(), clock.instant());
    }

    /** Said once for each day that is left, not with each sign-in. */
    private void note(Instant expiry) {
        Duration left = Duration.between(clock.instant(), expiry);
        String said = left.compareTo(NEAR) > 0
                ? null
                : "The client certificate in " + from.file() + " expires at " + expiry + ", in " + left.toDays()
                        + " days. Upload a new one to the app registration and replace the file; no restart is needed.";
        String before = warning.getAndSet(said);
        if (said != null && !said.equals(before)) {
            LOG.warn(said);
        }
    }
}
