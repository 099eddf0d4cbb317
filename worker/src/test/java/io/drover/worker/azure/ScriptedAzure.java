package io.drover.worker.azure;

import io.drover.worker.Access;
import io.drover.worker.Secret;
import io.drover.worker.SignIn;
import io.drover.worker.WorkerConfig;
import io.drover.worker.azure.entra.Credentials;
import io.drover.worker.azure.entra.TokenSource;
import io.drover.worker.azure.quota.Quotas;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SelfSignedCertificate;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** One HTTPS server that plays all hosts of a test; the script answers what is not a sign-in. */
public final class ScriptedAzure implements AutoCloseable {
    public static final String SECRET = "right-secret";
    private static final String AUTHORITY = "https://login.example.test";

    /** Sign-ins that are answered as unavailable before one is looked at. */
    public final AtomicInteger unavailable = new AtomicInteger();

    public final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final Vertx vertx;
    private final HttpServer server;
    private final List<ConnectTo> rules;

    public ScriptedAzure(Consumer<HttpServerRequest> script) throws Exception {
        SelfSignedCertificate certificate = SelfSignedCertificate.create("login.example.test");
        vertx = Vertx.vertx(HostNames.vertxOptions(
                new VertxOptions(), AUTHORITY, List.of(new ConnectTo("*.example.test", "127.0.0.1", 1))));
        server = await(vertx.createHttpServer(
                        new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate.keyCertOptions()))
                .requestHandler(request -> {
                    if (request.path().endsWith("/oauth2/v2.0/token")) {
                        request.end().onSuccess(read -> signIn(request));
                    } else {
                        asked.add(request.method() + " " + request.authority().host() + " " + request.uri());
                        script.accept(request);
                    }
                })
                .listen(0, "127.0.0.1"));
        rules = List.of(new ConnectTo("*.example.test", "127.0.0.1", server.actualPort()));
    }

    public AzureHttp http(String secret, MeterRegistry meters) {
        return http(secret, Access.NONE, meters);
    }

    /** A client that uses these keys where they fit. */
    public AzureHttp http(String secret, Access access, MeterRegistry meters) {
        // The self-signed certificate names one host only; real host checks are rehearsed against the simulator's CA.
        HttpClientOptions tls =
                new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false);
        WorkerConfig.Entra entra = new WorkerConfig.Entra(
                AUTHORITY, new SignIn.ClientSecret("tenant-1", "client-1", new Secret(secret)), null);
        TokenSource tokens =
                new TokenSource(vertx, Credentials.of(vertx, entra, rules, tls, Clock.systemUTC()), Clock.systemUTC());
        CallAuthorization authorization = new CallAuthorization(tokens, access, Clock.systemUTC());
        return new AzureHttp(
                vertx, tls, authorization, new Quotas(vertx, 10, Map.of(), meters), rules, meters, Clock.systemUTC());
    }

    private static String basic(HttpServerRequest request) {
        String header = request.getHeader("authorization");
        return header == null
                ? ""
                : new String(Base64.getDecoder().decode(header.substring("Basic ".length())), StandardCharsets.UTF_8);
    }

    private void signIn(HttpServerRequest request) {
        if (unavailable.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            request.response()
                    .setStatusCode(503)
                    .putHeader("content-type", "application/json")
                    .end(new JsonObject()
                            .put("error", "temporarily_unavailable")
                            .put("error_description", "AADSTS90033: A transient error has occurred.")
                            .toBuffer());
            return;
        }
        boolean right = basic(request).contains(SECRET);
        JsonObject body = right
                ? new JsonObject()
                        .put("token_type", "Bearer")
                        .put("expires_in", 3599)
                        .put("access_token", "opaque")
                : new JsonObject()
                        .put("error", "invalid_client")
                        .put("error_description", "AADSTS7000215: Invalid client secret provided.");
        request.response()
                .setStatusCode(right ? 200 : 401)
                .putHeader("content-type", "application/json")
                .end(body.toBuffer());
    }

    public static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
