package io.drover.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.drover.worker.device.Verification;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkerConfigLoaderIT {
    private static final String MINIMAL = """
            entra:
              tenant: t
              clientId: c
              clientSecret: { env: DROVER_CLIENT_SECRET }
            migration:
              name: trucks
              source: { application: app, deviceGroup: all }
              target: { provisioningService: dps }
            """;

    @TempDir
    Path directory;

    @Test
    void aMinimalFileTakesPublicAzureAndTheDocumentedDefaults() throws IOException {
        WorkerConfig config = load(MINIMAL);

        assertThat(config.azure().resourceManager()).isEqualTo("https://management.azure.com");
        assertThat(config.migration().verification()).isEqualTo(Verification.TELEMETRY);
        assertThat(config.migration().deadlines().offline()).isEqualTo(Duration.ofDays(7));
        assertThat(config.toString()).doesNotContain("s3cret");
        assertThat(config.entra().clientSecret().value()).isEqualTo("s3cret");
    }

    @Test
    void allMistakesAreReportedAtOnceWithTheirLines() throws IOException {
        ConfigException mistakes = mistakes("""
                entra:
                  tenent: t
                  clientId: c
                  clientSecret: hunter2
                migration:
                  name: trucks
                  source: { application: app, deviceGroup: all }
                  target: { provisioningService: dps }
                  verification: telemetri
                  deadlines: { answer: 30 }
                dispatch: { maxInFlight: 0 }
                """);

        assertThat(mistakes.problems()).hasSize(6);
        assertThat(mistakes)
                .hasMessageContaining("line 2, entra.tenent: is not a known key.")
                .hasMessageContaining("Did you mean 'tenant'?")
                .hasMessageContaining("entra.tenant: is missing.")
                .hasMessageContaining("line 4, entra.clientSecret: holds a secret in plain text.")
                .hasMessageContaining("line 9, migration.verification: 'telemetri' is not known.")
                .hasMessageContaining("Did you mean 'telemetry'?")
                .hasMessageContaining("line 10, migration.deadlines.answer: '30' is not a duration.")
                .hasMessageContaining("line 11, dispatch.maxInFlight: '0' is out of range.");
        assertThat(mistakes.getMessage()).doesNotContain("hunter2");
    }

    @Test
    void aSecretThatIsNotThereIsAMistakeAndNamesThePlace() throws IOException {
        assertThat(mistakes(MINIMAL.replace("DROVER_CLIENT_SECRET", "NOT_SET")))
                .hasMessageContaining("environment variable NOT_SET");
    }

    @Test
    void theWebhookIsOffUnlessItsSectionIsThereAndItsTokenIsNeverShown() throws IOException {
        WorkerConfig config = load(MINIMAL + "webhook: { port: 8080, token: { env: DROVER_WEBHOOK_TOKEN } }");

        assertThat(load(MINIMAL).webhook()).isNull();
        assertThat(config.webhook().host()).isEqualTo("127.0.0.1");
        assertThat(config.webhook().token().value()).isEqualTo("0123456789abcdef");
        assertThat(config.webhook().tls()).isNull();
        assertThat(config.toString()).doesNotContain("0123456789abcdef");
    }

    @Test
    void aWebhookWithoutALongTokenOrWithHalfACertificateIsAMistake() throws IOException {
        assertThat(mistakes(
                        MINIMAL + "webhook: { token: { env: DROVER_CLIENT_SECRET }, tls: { certificate: no.pem } }"))
                .hasMessageContaining("webhook.token: does not hold 16 or more")
                .hasMessageContaining("webhook.tls.certificate: there is no readable file")
                .hasMessageContaining("webhook.tls.key: is missing.");
        assertThat(mistakes(MINIMAL + "webhook: {}")).hasMessageContaining("webhook.token: is missing.");
        assertThat(mistakes(MINIMAL + "webhook: { token: 0123456789abcdef }"))
                .hasMessageContaining("webhook.token: holds a secret in plain text.")
                .hasMessageNotContaining("0123456789abcdef");
    }

    @Test
    void brokenYamlNamesTheLine() throws IOException {
        assertThat(mistakes("entra:\n  tenant: [")).hasMessageContaining("YAML").hasMessageContaining("line");
    }

    private WorkerConfig load(String yaml) throws IOException {
        Path file = Files.writeString(directory.resolve("drover.yaml"), yaml);
        return WorkerConfigLoader.load(
                file, Map.of("DROVER_CLIENT_SECRET", "s3cret", "DROVER_WEBHOOK_TOKEN", "0123456789abcdef")::get);
    }

    private ConfigException mistakes(String yaml) {
        return catchThrowableOfType(ConfigException.class, () -> load(yaml));
    }
}
