package io.drover.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.net.SelfSignedCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kinds of sign-in as a configuration file gives them. */
class SignInLoaderIT {
    private static final String REST = """
            migration:
              name: trucks
              source: { application: app, deviceGroup: all }
              target: { provisioningService: dps }
            """;

    private final Map<String, String> environment = new HashMap<>();

    @TempDir
    Path directory;

    @Test
    void noneNamesTheUsualOneAndTwoAreNamedBoth() {
        assertThat(mistakes("tenant: t, clientId: c")).hasMessageContaining("entra.clientSecret: is missing.");
        assertThat(mistakes("tenant: t, clientId: c, clientSecret: { env: S }, azureCli: {}"))
                .hasMessageContaining("entra.azureCli: is a second way to sign in beside 'clientSecret'.");
    }

    @Test
    void aCertificateIsTakenFromPemAndFromPkcs12AndItsPasswordIsNotShown() throws Exception {
        SelfSignedCertificate made = SelfSignedCertificate.create();
        Files.writeString(
                directory.resolve("app.pem"),
                Files.readString(Path.of(made.privateKeyPath())) + Files.readString(Path.of(made.certificatePath())));
        made.delete();
        pkcs12("app.pfx", "hunter2", "-0d", 365);
        environment.put("P", "hunter2");

        assertThat(load("tenant: t, clientId: c, clientCertificate: { file: app.pem }"))
                .isEqualTo(new SignIn.ClientCertificate("t", "c", directory.resolve("app.pem"), null));
        SignIn pfx = load("tenant: t, clientId: c, clientCertificate: { file: app.pfx, password: { env: P } }");
        assertThat(pfx)
                .isEqualTo(new SignIn.ClientCertificate("t", "c", directory.resolve("app.pfx"), new Secret("hunter2")));
        assertThat(pfx.toString()).doesNotContain("hunter2");
    }

    @Test
    void aCertificateThatIsOfNoUseIsToldWithItsReason() throws Exception {
        pkcs12("old.pfx", "hunter2", "-30d", 1);
        pkcs12("new.pfx", "hunter2", "-0d", 365);
        SelfSignedCertificate one = SelfSignedCertificate.create();
        SelfSignedCertificate other = SelfSignedCertificate.create();
        Files.copy(Path.of(one.certificatePath()), directory.resolve("no-key.pem"));
        Files.writeString(
                directory.resolve("mixed.pem"),
                Files.readString(Path.of(one.certificatePath())) + Files.readString(Path.of(other.privateKeyPath())));
        Files.writeString(
                directory.resolve("pkcs1.pem"),
                "-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n");
        one.delete();
        other.delete();
        environment.put("P", "hunter2");
        environment.put("WRONG", "hunter3");

        assertThat(certificate("{ file: nowhere.pem }")).hasMessageContaining("there is no readable file");
        assertThat(certificate("{ file: no-key.pem }")).hasMessageContaining("no-key.pem holds no private key.");
        assertThat(certificate("{ file: mixed.pem }"))
                .hasMessageContaining("does not hold an RSA key that belongs to its certificate");
        assertThat(certificate("{ file: pkcs1.pem }")).hasMessageContaining("openssl pkcs8 -topk8 -nodes");
        assertThat(certificate("{ file: new.pfx }")).hasMessageContaining("give clientCertificate.password.");
        assertThat(certificate("{ file: new.pfx, password: { env: WRONG } }"))
                .hasMessageContaining("opens with the given password.")
                .hasMessageNotContaining("hunter3");
        assertThat(certificate("{ file: new.pfx, password: hunter2 }"))
                .hasMessageContaining("holds a secret in plain text")
                .hasMessageNotContaining("hunter2");
        assertThat(certificate("{ file: old.pfx, password: { env: P } }")).hasMessageContaining("expired at");
    }

    @Test
    void aManagedIdentityIsThatOfTheMachineOrOfAppServiceWhereThatSaysSo() throws IOException {
        assertThat(load("managedIdentity: {}"))
                .isEqualTo(new SignIn.ManagedIdentity("http://169.254.169.254", null, null, null));
        environment.put("IDENTITY_ENDPOINT", "http://127.0.0.1:42/msi/token");
        environment.put("IDENTITY_HEADER", "h");

        assertThat(load("managedIdentity: { clientId: x }"))
                .isEqualTo(new SignIn.ManagedIdentity(
                        "http://127.0.0.1:42/msi/token", new Secret("h"), SignIn.ManagedIdentity.By.CLIENT_ID, "x"));
        assertThat(load("managedIdentity: { endpoint: \"http://127.0.0.1:9\", resourceId: /a/b }"))
                .isEqualTo(new SignIn.ManagedIdentity(
                        "http://127.0.0.1:9", null, SignIn.ManagedIdentity.By.RESOURCE_ID, "/a/b"));
        assertThat(mistakes("clientId: c, tenant: t, managedIdentity: { clientId: x, objectId: y, endpoint: here }"))
                .hasMessageContaining("entra.tenant: is not used with managedIdentity.")
                .hasMessageContaining("entra.clientId: is not used with managedIdentity.")
                .hasMessageContaining("entra.managedIdentity.objectId: names the identity a second time.")
                .hasMessageContaining("entra.managedIdentity.endpoint: 'here' is not a URL.");
    }

    @Test
    void aWorkloadIdentityTakesWhatItsWebhookSetsUnlessTheFileSaysOtherwise() throws IOException {
        assertThat(mistakes("workloadIdentity: {}"))
                .hasMessageContaining("AZURE_FEDERATED_TOKEN_FILE is not set")
                .hasMessageContaining("entra.tenant: is missing, and AZURE_TENANT_ID is not set.")
                .hasMessageContaining("entra.clientId: is missing, and AZURE_CLIENT_ID is not set.");
        Path token = Files.writeString(directory.resolve("token"), "jwt");
        environment.put("AZURE_FEDERATED_TOKEN_FILE", token.toString());
        environment.put("AZURE_TENANT_ID", "t1");
        environment.put("AZURE_CLIENT_ID", "c1");
        environment.put("AZURE_AUTHORITY_HOST", "https://login.example.test/");

        WorkerConfig.Entra entra = entra("clientId: mine, workloadIdentity: {}");

        assertThat(entra)
                .isEqualTo(new WorkerConfig.Entra(
                        "https://login.example.test", new SignIn.WorkloadIdentity("t1", "mine", token), null));
        assertThat(mistakes("workloadIdentity: { tokenFile: nowhere }"))
                .hasMessageContaining("entra.workloadIdentity.tokenFile: there is no readable file");
    }

    @Test
    void theAzureCliKnowsItsClientItself() throws IOException {
        assertThat(load("tenant: t, azureCli: { command: my-az }")).isEqualTo(new SignIn.AzureCli("my-az", "t"));
        assertThat(load("azureCli:")).isInstanceOf(SignIn.AzureCli.class);
        assertThat(mistakes("clientId: c, azureCli: { comand: az }"))
                .hasMessageContaining("entra.clientId: is not used with azureCli.")
                .hasMessageContaining("Did you mean 'command'?");
    }

    private ConfigException certificate(String section) {
        return mistakes("tenant: t, clientId: c, clientCertificate: " + section);
    }

    private void pkcs12(String name, String password, String start, int days) throws Exception {
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "app",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-dname",
                        "CN=app",
                        "-startdate",
                        start,
                        "-validity",
                        Integer.toString(days),
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        directory.resolve(name).toString(),
                        "-storepass",
                        password)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("keytool.txt").toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue())
                .as(Files.readString(directory.resolve("keytool.txt")))
                .isZero();
    }

    private SignIn load(String section) throws IOException {
        return entra(section).signIn();
    }

    private WorkerConfig.Entra entra(String section) throws IOException {
        environment.put("S", "s3cret");
        Path file = Files.writeString(directory.resolve("drover.yaml"), "entra: { " + section + " }\n" + REST);
        return WorkerConfigLoader.load(file, List.of(), environment::get).entra();
    }

    private ConfigException mistakes(String section) {
        return catchThrowableOfType(ConfigException.class, () -> entra(section));
    }
}
