package io.drover.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that stand in for Entra, as a configuration file gives them. */
class AccessLoaderIT {
    private static final String REST = """
            entra: { azureCli: {} }
            migration:
              name: trucks
              source: { application: app, deviceGroup: all }
              target: { provisioningService: dps }
            """;

    private static final String TOKEN = "SharedAccessSignature sr=a&sig=b&skn=c&se=1";

    @TempDir
    Path directory;

    @Test
    void aKeyIsFoundByTheNameOfItsServiceOrByTheHost() throws IOException {
        Access access = load("""
                access:
                  hubs:
                    - { name: h1, policy: drover, key: { env: KEY } }
                    - { name: h2.azure-devices.net, policy: reader, key: { env: KEY }, use: telemetry }
                  provisioningServices: [ { name: P, policy: drover, key: { env: KEY } } ]
                  applications: [ { name: app, token: { env: TOKEN } } ]
                """);

        assertThat(access.hub("h1.azure-devices.net").orElseThrow().use()).isEqualTo(Access.Use.ALL);
        assertThat(access.hub("H2.azure-devices.net").orElseThrow().use()).isEqualTo(Access.Use.TELEMETRY);
        assertThat(access.hub("h11.azure-devices.net")).isEmpty();
        assertThat(access.provisioningService("p.azure-devices-provisioning.net"))
                .isPresent();
        assertThat(access.application("app.azureiotcentral.com").orElseThrow().token())
                .isEqualTo(new Secret(TOKEN));
        assertThat(access.toString()).doesNotContain("c2VjcmV0").doesNotContain(TOKEN);
        assertThat(load("")).isEqualTo(Access.NONE);
    }

    @Test
    void mistakesAreNamedWithoutShowingKeys() {
        ConfigException mistakes = catchThrowableOfType(ConfigException.class, () -> load("""
                access:
                  hubs:
                    - { name: h1, key: { env: TOKEN } }
                    - { name: H1, policy: drover, key: c2VjcmV0, use: nothing }
                  applications: [ { name: app, token: { env: KEY } } ]
                """));

        assertThat(mistakes)
                .hasMessageContaining("access.hubs[0].policy: is missing.")
                .hasMessageContaining("access.hubs[0].key: is not the base64 text of a key.")
                .hasMessageContaining("access.hubs[1].name: 'H1' is given twice.")
                .hasMessageContaining("access.hubs[1].key: holds a secret in plain text.")
                .hasMessageContaining("access.hubs[1].use: 'nothing' is not known.")
                .hasMessageContaining("access.applications[0].token: does not begin with 'SharedAccessSignature'.")
                .hasMessageNotContaining("c2VjcmV0")
                .hasMessageNotContaining(TOKEN);
    }

    private Access load(String section) throws IOException {
        Path file = Files.writeString(directory.resolve("drover.yaml"), REST + section);
        return WorkerConfigLoader.load(file, List.of(), Map.of("KEY", "c2VjcmV0", "TOKEN", TOKEN)::get)
                .access();
    }
}
