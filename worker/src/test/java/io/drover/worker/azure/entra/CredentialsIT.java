package io.drover.worker.azure.entra;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.Secret;
import io.drover.worker.SignIn;
import io.drover.worker.WorkerConfig;
import io.drover.worker.azure.AzureException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SelfSignedCertificate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Each way to sign in against a server or a program that plays the other side. */
class CredentialsIT {
    private static final String AUDIENCE = "https://management.example.test";

    private final Vertx vertx = Vertx.vertx();
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    Path directory;

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void aVirtualMachinesAnswerInTextsIsUnderstood() throws Exception {
        Instant expiry = Instant.now().plusSeconds(86_400);
        int port = serve(request -> {
            asked.add(request.getHeader("Metadata") + " " + request.uri());
            request.response().end(machineToken(expiry).toBuffer());
        });

        AccessToken token = await(machine(port, null, SignIn.ManagedIdentity.By.CLIENT_ID, "c 1"));

        assertThat(token.value()).isEqualTo("of-the-machine");
        assertThat(token.expiresAt().getEpochSecond()).isEqualTo(expiry.getEpochSecond());
        assertThat(asked)
                .containsExactly("true /metadata/identity/oauth2/token?api-version=2018-02-01"
                        + "&resource=https%3A%2F%2Fmanagement.example.test&client_id=c+1");
    }

    @Test
    void appServiceIsAskedAtItsOwnAddressWithItsOwnHeader() throws Exception {
        int port = serve(request -> {
            asked.add(request.getHeader("X-IDENTITY-HEADER") + " " + request.uri());
            request.response().end(machineToken(Instant.now().plusSeconds(3600)).toBuffer());
        });
        SignIn.ManagedIdentity identity = new SignIn.ManagedIdentity(
                "http://127.0.0.1:" + port + "/msi/token",
                new Secret("the-header"),
                SignIn.ManagedIdentity.By.OBJECT_ID,
                "o1");

        await(signIn(identity));

        assertThat(asked)
                .containsExactly("the-header /msi/token?api-version=2019-08-01"
                        + "&resource=https%3A%2F%2Fmanagement.example.test&principal_id=o1");
        assertThat(identity.toString()).doesNotContain("the-header");
    }

    @Test
    void aMachineWithoutTheIdentityIsToldFromOneWhoseEndpointIsBeingUpdated() throws Exception {
        int none = serve(request -> request.response()
                .setStatusCode(400)
                .end(new JsonObject()
                        .put("error", "invalid_request")
                        .put("error_description", "Identity not found")
                        .toBuffer()));
        int updating = serve(request -> request.response().setStatusCode(410).end());

        assertThat(refusal(machine(none, null, null, null)))
                .hasMessageContaining("Identity not found. Give the machine an identity")
                .returns(401, AzureException::status);
        assertThat(refusal(machine(updating, null, null, null))).returns(429, AzureException::status);
    }

    @Test
    void aMachineOutsideAzureIsToldWhatItLacks() throws Exception {
        int port = serve(request -> request.response().end());
        close();
        Vertx other = Vertx.vertx();
        try {
            Credential credential = Credentials.of(
                    other,
                    new WorkerConfig.Entra(
                            "https://login.example.test",
                            new SignIn.ManagedIdentity("http://127.0.0.1:" + port, null, null, null),
                            null),
                    List.of(),
                    new HttpClientOptions(),
                    Clock.systemUTC());
            assertThat(refusal(credential.signIn(AUDIENCE)))
                    .hasMessageContaining("cannot be reached")
                    .hasMessageContaining("Only machines in Azure have a managed identity");
        } finally {
            other.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Test
    void aWorkloadsTokenIsReadAgainForEachSignIn() throws Exception {
        int port = serve(request -> request.body().onSuccess(form -> {
            asked.add(form.toString());
            request.response()
                    .end(new JsonObject()
                            .put("access_token", "t")
                            .put("expires_in", 3599)
                            .toBuffer());
        }));
        Path file = Files.writeString(directory.resolve("token"), "first\n");
        Credential credential =
                credential("http://127.0.0.1:" + port, new SignIn.WorkloadIdentity("tenant-1", "client-1", file));

        await(credential.signIn(AUDIENCE));
        Files.writeString(file, "second\n");
        await(credential.signIn(AUDIENCE));
        Files.delete(file);

        assertThat(asked.get(0))
                .contains("client_assertion=first&")
                .contains("client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer")
                .contains("client_id=client-1")
                .contains("scope=https%3A%2F%2Fmanagement.example.test%2F.default");
        assertThat(asked.get(1)).contains("client_assertion=second&");
        assertThat(refusal(credential.signIn(AUDIENCE)))
                .hasMessageContaining("entra.workloadIdentity.tokenFile: there is no readable file " + file);
    }

    @Test
    void aCertificateThatWasReplacedSignsTheNextAssertionAndOneThatSoonExpiresIsNoted() throws Exception {
        int port = serve(request -> request.body().onSuccess(form -> {
            asked.add(thumbprint(form.toString()));
            request.response()
                    .end(new JsonObject()
                            .put("access_token", "t")
                            .put("expires_in", 3599)
                            .toBuffer());
        }));
        Path file = directory.resolve("app.pem");
        String first = put(file);
        Credential credential = credential(
                "http://127.0.0.1:" + port, new SignIn.ClientCertificate("tenant-1", "client-1", file, null));

        await(credential.signIn(AUDIENCE));
        assertThat(credential.warnings()).isEmpty();
        String second = put(file);
        await(credential.signIn(AUDIENCE));

        assertThat(asked).containsExactly(first, second).doesNotHaveDuplicates();

        Clock late = Clock.offset(
                Clock.systemUTC(),
                Duration.between(
                        Instant.now(),
                        CertificateFile.read(file, null)
                                .certificate()
                                .getNotAfter()
                                .toInstant()
                                .minusSeconds(180_000)));
        Credential near = Credentials.of(
                vertx,
                new WorkerConfig.Entra(
                        "http://127.0.0.1:" + port,
                        new SignIn.ClientCertificate("tenant-1", "client-1", file, null),
                        null),
                List.of(),
                new HttpClientOptions(),
                late);
        await(near.signIn(AUDIENCE));
        assertThat(near.warnings())
                .singleElement()
                .asString()
                .contains("app.pem expires at")
                .contains("in 2 days");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void theAzureCliIsAskedForTheAudienceAndTenantAndItsExpiryIsUnderstoodInBothForms() throws Exception {
        Path az = az("""
                echo "$@" > asked
                echo '{ "accessToken": "of-the-cli", "expiresOn": "2026-11-25 03:04:05.000000", "expires_on": 1795575845,'
                echo '  "subscription": "s", "tenant": "t", "tokenType": "Bearer" }'
                """);

        AccessToken token = await(signIn(new SignIn.AzureCli(az.toString(), "tenant-1")));

        assertThat(token).isEqualTo(new AccessToken("of-the-cli", Instant.ofEpochSecond(1_795_575_845)));
        assertThat(token.toString()).doesNotContain("of-the-cli");
        assertThat(Files.readString(directory.resolve("asked")).strip())
                .isEqualTo("account get-access-token --resource " + AUDIENCE + " --output json --tenant tenant-1");

        Path old = az("""
                echo '{ "accessToken": "a", "expiresOn": "2026-11-25 03:04:05.072222" }'
                """);
        assertThat(await(signIn(new SignIn.AzureCli(old.toString(), null))).expiresAt())
                .isEqualTo(java.time.LocalDateTime.parse("2026-11-25T03:04:05.072222")
                        .atZone(java.time.ZoneId.systemDefault())
                        .toInstant());
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void anAzureCliThatIsMissingLoggedOutOrSilentIsToldApart() throws Exception {
        Path loggedOut = az("echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1");
        Path odd = az("echo hello");

        assertThat(refusal(signIn(new SignIn.AzureCli("no-such-az", null))))
                .hasMessageContaining("no program 'no-such-az' on the PATH. Install the Azure CLI");
        assertThat(refusal(signIn(new SignIn.AzureCli(loggedOut.toString(), "tenant-1"))))
                .hasMessageContaining("Sign in with az login --tenant tenant-1.");
        assertThat(refusal(signIn(new SignIn.AzureCli(odd.toString(), null))))
                .hasMessageContaining("is not the documented one");

        Path hanging = az("echo $$ > pid; exec tail -f /dev/null");
        assertThat(refusal(new AzureCliCredential(
                                vertx, new SignIn.AzureCli(hanging.toString(), null), Duration.ofSeconds(2))
                        .signIn(AUDIENCE)))
                .hasMessageContaining("gave no token within 2 s")
                .returns(429, AzureException::status);
        long pid = Long.parseLong(Files.readString(directory.resolve("pid")).strip());
        ProcessHandle.of(pid)
                .ifPresent(process ->
                        process.onExit().orTimeout(20, TimeUnit.SECONDS).join());
    }

    private int serve(Consumer<HttpServerRequest> script) throws Exception {
        return await(vertx.createHttpServer().requestHandler(script::accept).listen(0, "127.0.0.1"))
                .actualPort();
    }

    private static JsonObject machineToken(Instant expiry) {
        return new JsonObject()
                .put("access_token", "of-the-machine")
                .put("refresh_token", "")
                .put("expires_in", "3599")
                .put("expires_on", Long.toString(expiry.getEpochSecond()))
                .put("resource", AUDIENCE)
                .put("token_type", "Bearer");
    }

    private Future<AccessToken> machine(int port, Secret header, SignIn.ManagedIdentity.By by, String identity) {
        return signIn(new SignIn.ManagedIdentity("http://127.0.0.1:" + port, header, by, identity));
    }

    private Future<AccessToken> signIn(SignIn signIn) {
        return credential("https://login.example.test", signIn).signIn(AUDIENCE);
    }

    private Credential credential(String authority, SignIn signIn) {
        return Credentials.of(
                vertx,
                new WorkerConfig.Entra(authority, signIn, null),
                List.of(),
                new HttpClientOptions(),
                Clock.systemUTC());
    }

    /** Puts a new certificate and key into one file; returns what an assertion names it by. */
    private static String put(Path file) throws Exception {
        SelfSignedCertificate made = SelfSignedCertificate.create();
        try {
            Path half = file.resolveSibling("half.pem");
            Files.writeString(
                    half,
                    Files.readString(Path.of(made.certificatePath()))
                            + Files.readString(Path.of(made.privateKeyPath())));
            Files.move(half, file, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            made.delete();
        }
        byte[] digest = java.security.MessageDigest.getInstance("SHA-256")
                .digest(CertificateFile.read(file, null).certificate().getEncoded());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    }

    private static String thumbprint(String form) {
        String assertion = form.replaceAll(".*client_assertion=([^&.]+).*", "$1");
        return new JsonObject(new String(Base64.getUrlDecoder().decode(assertion), StandardCharsets.UTF_8))
                .getString("x5t#S256");
    }

    private Path az(String script) throws IOException {
        Path file = Files.createTempFile(
                directory,
                "az",
                ".sh",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        return Files.writeString(file, "#!/bin/sh\ncd '" + directory + "'\n" + script);
    }

    private static AzureException refusal(Future<AccessToken> signIn) throws Exception {
        return (AzureException) await(signIn.transform(done -> Future.succeededFuture(done.cause())));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
