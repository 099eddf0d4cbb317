package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.x509.TestAuthority;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A worker that serves over TLS and within limits. */
@Timeout(180)
class WorkerApiTlsIT {
    private static final String CLIENT = "a0a0a0a0-0000-0000-0000-00000000000d";

    @TempDir
    Path data;

    @Test
    void theCertificateMayChangeWhileItRunsAndTooManyRequestsAreTurnedAway() throws Exception {
        RunningCloud cloud = new RunningCloud(data);
        Path folder = Files.createDirectory(data.resolve("worker"));
        put(folder, new TestAuthority("first").issue("first-server"));
        Files.writeString(
                folder.resolve("drover.yaml"),
                cloud.workerConfiguration() + """
                api:
                  port: 0
                  tls: { certificate: chain.pem, key: key.pem }
                  limits: { requests: 5/m }
                  signIn: { tenant: %s, clientId: %s, clientSecret: { env: DROVER_TEST_API_SECRET } }
                """.formatted(RunningCloud.TENANT, CLIENT));
        ServingWorker worker = ServingWorker.start(
                folder,
                Map.of(RunningCloud.SECRET_VARIABLE, RunningCloud.SECRET, "DROVER_TEST_API_SECRET", "not-used"));
        try {
            assertThat(shown(cloud, worker)).contains("first-server");
            WebClient client = WebClient.create(
                    cloud.vertx(),
                    new WebClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false));
            HttpResponse<Buffer> signIn = cloud.await(client.get(worker.port(), "localhost", "/auth/sign-in")
                    .followRedirects(false)
                    .send());
            assertThat(signIn.cookies())
                    .singleElement()
                    .asString()
                    .startsWith("__Host-drover-sign-in=")
                    .contains("Secure", "HTTPOnly", "SameSite=Lax");
            assertThat(signIn.getHeader("strict-transport-security")).isNotNull();
            for (int request = 0; request < 5; request++) {
                assertThat(session(cloud, client, worker).statusCode()).isEqualTo(200);
            }
            HttpResponse<Buffer> tooMany = session(cloud, client, worker);
            assertThat(tooMany.statusCode()).isEqualTo(429);
            assertThat(Integer.parseInt(tooMany.getHeader("retry-after"))).isBetween(1, 12);

            put(folder, new TestAuthority("second").issue("second-server"));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
            while (!shown(cloud, worker).contains("second-server")) {
                assertThat(System.nanoTime()).as(worker.output()).isLessThan(deadline);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
            }
        } finally {
            worker.stop();
            cloud.stop();
        }
    }

    private static HttpResponse<Buffer> session(RunningCloud cloud, WebClient client, ServingWorker worker)
            throws Exception {
        return cloud.await(
                client.get(worker.port(), "localhost", "/api/v1/session").send());
    }

    private static void put(Path folder, TestAuthority.Issued issued) throws Exception {
        Files.writeString(folder.resolve("chain.pem"), issued.pem());
        Files.writeString(folder.resolve("key.pem"), issued.keyPem());
    }

    /** The subject that a new connection is shown. */
    private static String shown(RunningCloud cloud, ServingWorker worker) throws Exception {
        HttpClient client = cloud.vertx()
                .createHttpClient(
                        new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false));
        try {
            return cloud.await(client.request(HttpMethod.GET, worker.port(), "localhost", "/nothing")
                    .compose(request -> request.send().map(answer -> request))
                    .map(request -> {
                        try {
                            return ((X509Certificate) request.connection()
                                            .peerCertificates()
                                            .get(0))
                                    .getSubjectX500Principal()
                                    .getName();
                        } catch (javax.net.ssl.SSLPeerUnverifiedException e) {
                            throw new AssertionError(e);
                        }
                    }));
        } finally {
            cloud.await(client.close());
        }
    }
}
