package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.x509.TestAuthority;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.Signature;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The worker's jar signs in to a running cloud in every way but the secret, which all other rehearsals use. */
class WorkerSignInIT {
    private static final String ROBOT = "c0c0c0c0-0000-0000-0000-000000000002";
    private static final String MACHINE = "c0c0c0c0-0000-0000-0000-000000000003";
    private static final String WORKLOAD = "c0c0c0c0-0000-0000-0000-000000000004";
    private static final String ISSUER = "https://oidc.cluster.test/";
    private static final String SUBJECT = "system:serviceaccount:drover:worker";
    private static final Base64.Encoder URL = Base64.getUrlEncoder().withoutPadding();

    @TempDir
    static Path data;

    private static RunningCloud cloud;
    private static TestAuthority.Issued certificate;
    private static TestAuthority.Issued cluster;

    @TempDir
    Path directory;

    @BeforeAll
    static void startCloud() throws Exception {
        cloud = new RunningCloud(data);
        cloud.addDevice("truck-1");
        certificate = new TestAuthority("robots").issue("robot");
        cluster = new TestAuthority("clusters").issue("cluster");
        JsonObject trusted =
                new JsonObject().put("issuer", ISSUER).put("subject", SUBJECT).put("certificate", cluster.pem());
        cloud.addToEstate(new JsonObject()
                .put("tenantId", RunningCloud.TENANT)
                .put(
                        "servicePrincipals",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("clientId", ROBOT)
                                        .put("certificates", new JsonArray().add(certificate.pem())))
                                .add(new JsonObject().put("clientId", MACHINE).put("managedIdentity", true))
                                .add(new JsonObject()
                                        .put("clientId", WORKLOAD)
                                        .put("federatedCredentials", new JsonArray().add(trusted)))));
    }

    @AfterAll
    static void stopCloud() throws Exception {
        cloud.stop();
    }

    @Test
    void byACertificateWhoseExpiryIsNoted() throws Exception {
        Files.writeString(directory.resolve("app.pem"), certificate.keyPem() + certificate.pem());

        WorkerProgram.Ended ended = plan(Map.of(), """
                  tenant: %s
                  clientId: %s
                  clientCertificate: { file: app.pem }
                """.formatted(RunningCloud.TENANT, ROBOT));

        assertPlanned(ended);
        assertThat(ended.out()).contains("Note: The client certificate in").contains("expires at");
    }

    @Test
    void aCertificateThatIsNotRegisteredIsRefusedInWords() throws Exception {
        TestAuthority.Issued stranger = new TestAuthority("strangers").issue("robot");
        Files.writeString(directory.resolve("app.pem"), stranger.keyPem() + stranger.pem());

        WorkerProgram.Ended ended = plan(Map.of(), """
                  tenant: %s
                  clientId: %s
                  clientCertificate: { file: app.pem }
                """.formatted(RunningCloud.TENANT, ROBOT));

        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.err())
                .contains("AADSTS700027")
                .contains("the certificate is uploaded to the app registration");
    }

    @Test
    void byTheIdentityOfTheMachine() throws Exception {
        assertPlanned(plan(Map.of(), """
                  managedIdentity: { endpoint: "http://127.0.0.1:%d", clientId: %s }
                """.formatted(cloud.ports().control(), MACHINE)));
    }

    @Test
    void byATokenOfAnIssuerThatTheApplicationTrusts() throws Exception {
        Path token = Files.writeString(directory.resolve("token"), issued(SUBJECT));
        Map<String, String> environment = Map.of(
                "AZURE_FEDERATED_TOKEN_FILE",
                token.toString(),
                "AZURE_TENANT_ID",
                RunningCloud.TENANT,
                "AZURE_CLIENT_ID",
                WORKLOAD);

        assertPlanned(plan(environment, "  workloadIdentity: {}"));

        Files.writeString(token, issued("system:serviceaccount:drover:other"));
        WorkerProgram.Ended other = plan(environment, "  workloadIdentity: {}");
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err()).contains("AADSTS700213").contains("system:serviceaccount:drover:other");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void byWhoeverIsSignedInToTheAzureCli() throws Exception {
        Path folder = Files.createDirectory(directory.resolve("bin"));
        Path az = Files.createFile(
                folder.resolve("az"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Map<String, String> path = Map.of("PATH", folder + File.pathSeparator + System.getenv("PATH"));

        Files.writeString(az, script(MACHINE));
        assertPlanned(plan(path, "  azureCli: {}"));

        Files.writeString(az, script("nobody"));
        WorkerProgram.Ended loggedOut = plan(path, "  azureCli: {}");
        assertThat(loggedOut.code()).isEqualTo(1);
        assertThat(loggedOut.err()).contains("Sign in with az login.");
    }

    private static String script(String clientId) throws Exception {
        Path classes = Path.of(AzCommand.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        return "#!/bin/sh\nexec '%s' -cp '%s' %s %d %s \"$@\"\n"
                .formatted(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        classes,
                        AzCommand.class.getName(),
                        cloud.ports().control(),
                        clientId);
    }

    private static String issued(String subject) throws Exception {
        JsonObject claims = new JsonObject()
                .put("iss", ISSUER)
                .put("sub", subject)
                .put("aud", new JsonArray().add("api://AzureADTokenExchange"))
                .put("exp", Instant.now().getEpochSecond() + 600);
        String text = part(new JsonObject().put("alg", "RS256").put("kid", "1")) + "." + part(claims);
        Signature signature = Signature.getInstance("SHA256withRSA");
        signature.initSign(cluster.key());
        signature.update(text.getBytes(StandardCharsets.US_ASCII));
        return text + "." + URL.encodeToString(signature.sign());
    }

    private static String part(JsonObject json) {
        return URL.encodeToString(json.toBuffer().getBytes());
    }

    private static void assertPlanned(WorkerProgram.Ended ended) {
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(ended.out()).contains("1 devices selected, 1 can move");
    }

    private WorkerProgram.Ended plan(Map<String, String> environment, String signIn) throws Exception {
        Files.writeString(directory.resolve("drover.yaml"), cloud.workerConfiguration(signIn.stripTrailing()));
        return new WorkerProgram(directory).run(environment, "plan", "--config", "drover.yaml");
    }
}
