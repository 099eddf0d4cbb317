package io.drover.worker.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.worker.WorkerConfig.Tls;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SelfSignedCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server whose certificate's files change while it runs. */
@Timeout(60)
class ServerTlsIT {
    private static final Duration OFTEN = Duration.ofMillis(50);

    private final Vertx vertx = Vertx.vertx();
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private Tls files;
    private HttpServer server;

    @TempDir
    Path directory;

    @BeforeEach
    void start() throws Exception {
        files = new Tls(directory.resolve("chain.pem"), directory.resolve("key.pem"));
        replace(SelfSignedCertificate.create("first.test"));
        ServerTls tls = new ServerTls(vertx, files, "api.tls", problems::add);
        server = vertx.createHttpServer(new HttpServerOptions().setSsl(true).setKeyCertOptions(await(tls.load())))
                .requestHandler(request -> request.response().end());
        await(server.listen(0, "127.0.0.1"));
        tls.follow(server, OFTEN);
    }

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
    }

    @Test
    void aNewCertificateIsShownWithoutARestart() throws Exception {
        assertThat(shown()).isEqualTo("CN=first.test");

        replace(SelfSignedCertificate.create("second.test"));

        until(() -> shown().equals("CN=second.test"));
    }

    @Test
    void oneThatIsOfNoUseIsLoggedOnceAndTheOldOneStaysUntilItIsCorrected() throws Exception {
        SelfSignedCertificate other = SelfSignedCertificate.create("other.test");
        put(other.certificatePath(), files.certificate());
        until(() -> told("is not the key of") == 1);
        assertThat(problems).singleElement().asString().contains("api.tls", "the old certificate stays");
        assertThat(shown()).isEqualTo("CN=first.test");

        String damaged = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n";
        put(Files.writeString(directory.resolve("damaged.pem"), damaged).toString(), files.certificate());
        until(() -> told("do not hold a PEM certificate") == 1);
        Files.delete(files.key());
        until(() -> told("there is no readable file") == 1);
        assertThat(shown()).isEqualTo("CN=first.test");

        put(other.privateKeyPath(), files.key());
        put(other.certificatePath(), files.certificate());
        until(() -> shown().equals("CN=other.test"));
        assertThat(told("is not the key of")).isOne();
        assertThat(problems).noneMatch(problem -> problem.contains("PRIVATE"));
    }

    /** A renewal writes one file after the other, and a look may come between. */
    @Test
    void whatIsThereAtOneLookOnlyIsNotToldOf() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        ServerTls tls = new ServerTls(vertx, files, "api.tls", heard::add);
        await(tls.load());
        SelfSignedCertificate second = SelfSignedCertificate.create("second.test");

        put(second.privateKeyPath(), files.key());
        await(tls.look(server));
        assertThat(heard).isEmpty();
        put(second.certificatePath(), files.certificate());
        await(tls.look(server));
        assertThat(shown()).isEqualTo("CN=second.test");
        assertThat(heard).isEmpty();

        Files.writeString(files.key(), "");
        await(tls.look(server));
        assertThat(heard).isEmpty();
        await(tls.look(server));
        await(tls.look(server));
        assertThat(heard).singleElement().asString().contains("holds no PEM private key");
    }

    @Test
    void whatCannotBeUsedAtTheStartIsToldWithItsSection() throws Exception {
        Files.writeString(files.key(), "nothing");

        assertThatThrownBy(() -> await(new ServerTls(vertx, files, "webhook.tls").load()))
                .hasMessageContaining("webhook.tls: ")
                .hasMessageContaining("holds no PEM private key without a password.");
    }

    private void replace(SelfSignedCertificate certificate) throws Exception {
        put(certificate.privateKeyPath(), files.key());
        put(certificate.certificatePath(), files.certificate());
    }

    private static void put(String from, Path to) throws Exception {
        Path beside = to.resolveSibling(to.getFileName() + ".new");
        Files.copy(Path.of(from), beside, StandardCopyOption.REPLACE_EXISTING);
        Files.move(beside, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private long told(String problem) {
        return problems.stream().filter(told -> told.contains(problem)).count();
    }

    /** The subject that a new connection is shown. */
    private String shown() throws Exception {
        X509Certificate[] seen = new X509Certificate[1];
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(
                null,
                new TrustManager[] {
                    new X509TrustManager() {
                        @Override
                        public void checkClientTrusted(X509Certificate[] chain, String type) {}

                        @Override
                        public void checkServerTrusted(X509Certificate[] chain, String type) {
                            seen[0] = chain[0];
                        }

                        @Override
                        public X509Certificate[] getAcceptedIssuers() {
                            return new X509Certificate[0];
                        }
                    }
                },
                null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", server.actualPort())) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
        }
        return seen[0].getSubjectX500Principal().getName();
    }

    private static void until(Callable<Boolean> holds) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!holds.call()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
