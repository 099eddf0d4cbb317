package io.drover.worker;

import io.drover.worker.SignIn.ManagedIdentity.By;
import io.drover.worker.WorkerConfig.Entra;
import io.drover.worker.azure.entra.CertificateFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Reads {@code entra}: the authority and exactly one kind of sign-in. Blocks on the file system. */
final class SignInLoader {
    private static final String PUBLIC_AUTHORITY = "https://login.microsoftonline.com";
    private static final String VIRTUAL_MACHINE = "http://169.254.169.254";
    private static final List<String> KINDS =
            List.of("clientSecret", "clientCertificate", "managedIdentity", "workloadIdentity", "azureCli");

    private final ConfigSection entra;
    private final SecretReader secrets;

    SignInLoader(ConfigSection entra, SecretReader secrets) {
        this.entra = entra;
        this.secrets = secrets;
    }

    Entra read() {
        List<String> given = KINDS.stream().filter(entra::has).toList();
        KINDS.forEach(entra::known);
        for (String more : given.stream().skip(1).toList()) {
            entra.problem(
                    more,
                    "is a second way to sign in beside '" + given.get(0) + "'.",
                    "Keep exactly one of " + String.join(", ", KINDS) + ".");
        }
        String kind = given.isEmpty() ? "clientSecret" : given.get(0);
        SignIn signIn = switch (kind) {
            case "clientCertificate" -> clientCertificate();
            case "managedIdentity" -> managedIdentity();
            case "workloadIdentity" -> workloadIdentity();
            case "azureCli" -> azureCli();
            default -> clientSecret();
        };
        String host = kind.equals("workloadIdentity") ? secrets.variable("AZURE_AUTHORITY_HOST") : null;
        Entra read = new Entra(
                WorkerConfigLoader.url(entra, "authority", host == null ? PUBLIC_AUTHORITY : host),
                signIn,
                entra.text("objectId", null));
        entra.end();
        return read;
    }

    private String tenant() {
        return entra.required("tenant", "Write the directory (tenant) id.");
    }

    private String clientId() {
        return entra.required("clientId", "Write the application (client) id of the app registration.");
    }

    private SignIn clientSecret() {
        return new SignIn.ClientSecret(
                tenant(), clientId(), secrets.secret(entra, "clientSecret", "DROVER_CLIENT_SECRET"));
    }

    private SignIn clientCertificate() {
        String tenant = tenant();
        String clientId = clientId();
        ConfigSection section = entra.section("clientCertificate");
        String remedy = "Write the path of a PEM or PKCS#12 file that holds the certificate and its RSA private key.";
        String text = section.required("file", remedy);
        Secret password =
                section.has("password") ? secrets.secret(section, "password", "DROVER_CERTIFICATE_PASSWORD") : null;
        section.known("password");
        section.end();
        Path file = secrets.path(text);
        if (!text.isEmpty()) {
            try {
                CertificateFile.Signer signer = CertificateFile.read(file, password);
                if (Instant.now().isAfter(signer.certificate().getNotAfter().toInstant())) {
                    section.problem(
                            "file",
                            "the certificate in " + file + " expired at "
                                    + signer.certificate().getNotAfter().toInstant() + ".",
                            "Make a new one, upload it to the app registration, and put it there.");
                }
            } catch (CertificateFile.UnusableException unusable) {
                section.problem("file", unusable.getMessage(), remedy);
            }
        }
        return new SignIn.ClientCertificate(tenant, clientId, file, password);
    }

    private SignIn managedIdentity() {
        notUsed("tenant", "managedIdentity", "Remove it: the machine's identity is of one directory.");
        notUsed(
                "clientId",
                "managedIdentity",
                "Remove it, or write managedIdentity: { clientId: … } for an identity that a user assigned.");
        ConfigSection section = entra.section("managedIdentity");
        List<By> named =
                Arrays.stream(By.values()).filter(by -> section.has(key(by))).toList();
        Arrays.stream(By.values()).forEach(by -> section.known(key(by)));
        named.stream()
                .skip(1)
                .forEach(more -> section.problem(
                        key(more),
                        "names the identity a second time.",
                        "Keep one of clientId, objectId and resourceId, or none for the system-assigned identity."));
        By by = named.isEmpty() ? null : named.get(0);
        String identity = by == null ? null : section.text(key(by), "");
        String appService = secrets.variable("IDENTITY_ENDPOINT");
        String header = secrets.variable("IDENTITY_HEADER");
        boolean onAppService = !section.has("endpoint") && appService != null && header != null;
        String endpoint = section.text("endpoint", onAppService ? appService : VIRTUAL_MACHINE);
        if (!endpoint.matches("https?://[^/?#\\s]+(/\\S*)?")) {
            section.problem(
                    "endpoint", "'" + endpoint + "' is not a URL.", "Write http:// and a host, or leave it out.");
        }
        section.end();
        return new SignIn.ManagedIdentity(endpoint, onAppService ? new Secret(header) : null, by, identity);
    }

    private static String key(By by) {
        return switch (by) {
            case CLIENT_ID -> "clientId";
            case OBJECT_ID -> "objectId";
            case RESOURCE_ID -> "resourceId";
        };
    }

    private SignIn workloadIdentity() {
        ConfigSection section = entra.section("workloadIdentity");
        String text = section.text("tokenFile", secrets.variable("AZURE_FEDERATED_TOKEN_FILE"));
        Path file = text == null ? null : secrets.path(text);
        if (file == null || !Files.isReadable(file)) {
            section.problem(
                    "tokenFile",
                    file == null
                            ? "is missing, and AZURE_FEDERATED_TOKEN_FILE is not set."
                            : "there is no readable file " + file + ".",
                    "Write the path of the file with the token, or let the workload identity webhook set the variable.");
        }
        section.end();
        return new SignIn.WorkloadIdentity(
                orVariable("tenant", "AZURE_TENANT_ID", "the directory (tenant) id"),
                orVariable("clientId", "AZURE_CLIENT_ID", "the application (client) id"),
                file);
    }

    private String orVariable(String key, String variable, String what) {
        String value = secrets.variable(variable);
        if (entra.has(key) || value != null) {
            return entra.text(key, value);
        }
        entra.known(key);
        entra.problem(key, "is missing, and " + variable + " is not set.", "Write " + what + ".");
        return "";
    }

    private SignIn azureCli() {
        notUsed("clientId", "azureCli", "Remove it: the CLI knows who is signed in.");
        ConfigSection section = entra.section("azureCli");
        boolean windows = System.getProperty("os.name", "").startsWith("Windows");
        SignIn read =
                new SignIn.AzureCli(section.text("command", windows ? "az.cmd" : "az"), entra.text("tenant", null));
        section.end();
        return read;
    }

    private void notUsed(String key, String kind, String remedy) {
        entra.known(key);
        if (entra.has(key)) {
            entra.problem(key, "is not used with " + kind + ".", remedy);
        }
    }
}
