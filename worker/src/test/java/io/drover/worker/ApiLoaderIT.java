package io.drover.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.drover.worker.WorkerConfig.Api;
import io.drover.worker.WorkerConfig.ApiLimits;
import io.drover.worker.WorkerConfig.ApiSignIn;
import io.drover.worker.WorkerConfig.Rate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The API's section as a configuration file gives it. */
class ApiLoaderIT {
    private static final String REST = """
            entra: { authority: "https://login.example.test", tenant: t, clientId: c, clientSecret: { env: S } }
            migration:
              name: trucks
              source: { application: app, deviceGroup: all }
              target: { provisioningService: dps }
            """;
    private static final String SIGN_IN = "signIn: { tenant: t1, clientId: c1, clientSecret: { env: S } }";

    @TempDir
    Path directory;

    @Test
    void withoutTheSectionThereIsNoneAndWithAnEmptyOneItIsForThisMachineOnly() {
        assertThat(load("")).isNull();
        Api api = load("api: {}");
        assertThat(api)
                .isEqualTo(new Api(
                        "127.0.0.1",
                        8090,
                        null,
                        null,
                        null,
                        new ApiLimits(new Rate(50, Duration.ofSeconds(1)), 1024 * 1024, 1000),
                        4));
        assertThat(api.publicUrl(8090)).isEqualTo("http://localhost:8090");
    }

    @Test
    void signInTakesTheAuthorityOfTheWorkersOwnUnlessItHasOne() {
        Api api = load("api: { " + SIGN_IN + " }");
        assertThat(api.signIn())
                .isEqualTo(new ApiSignIn("t1", "c1", new Secret("hush"), "https://login.example.test", "api://c1"));
        assertThat(api.toString()).doesNotContain("hush");
        assertThat(load("""
                api:
                  publicUrl: https://drover.example.com/
                  limits: { requests: 5/m, body: 64KiB, listeners: 7 }
                  running: 2
                  signIn: { tenant: t1, clientId: c1, clientSecret: { env: S }, authority: "https://other.test", audience: "api://drover" }
                """))
                .isEqualTo(new Api(
                        "127.0.0.1",
                        8090,
                        "https://drover.example.com",
                        null,
                        new ApiSignIn("t1", "c1", new Secret("hush"), "https://other.test", "api://drover"),
                        new ApiLimits(new Rate(5, Duration.ofMinutes(1)), 64 * 1024, 7),
                        2));
    }

    @Test
    void whatOtherMachinesReachNeedsSignInAndEncryption() throws IOException {
        assertThat(mistakes("api: { host: 0.0.0.0 }"))
                .hasMessageContaining("line 6, api.host: '0.0.0.0' can be reached from other machines, and nobody")
                .hasMessageContaining("Add api.signIn");
        assertThat(mistakes("api: { host: 10.0.0.7, " + SIGN_IN + " }"))
                .hasMessageContaining("api.publicUrl: is missing");
        assertThat(mistakes("api: { host: 10.0.0.7, publicUrl: \"http://localhost:8090\", " + SIGN_IN + " }"))
                .hasMessageContaining("without encryption. Add api.tls");
        assertThat(mistakes("api: { host: 10.0.0.7, publicUrl: \"http://drover.example.com\", " + SIGN_IN + " }"))
                .hasMessageContaining("would send sessions over the network without encryption");
        assertThat(load("api: { host: 10.0.0.7, publicUrl: \"https://drover.example.com\", " + SIGN_IN + " }")
                        .tls())
                .isNull();
        Files.createFile(directory.resolve("chain.pem"));
        Files.createFile(directory.resolve("key.pem"));
        String tls = "tls: { certificate: chain.pem, key: key.pem }";
        assertThat(load("api: { host: 10.0.0.7, publicUrl: \"https://drover.test:8090\", " + tls + ", " + SIGN_IN
                                + " }")
                        .publicUrl(1))
                .isEqualTo("https://drover.test:8090");
        assertThat(load("api: { port: 0, " + tls + " }").publicUrl(4711)).isEqualTo("https://localhost:4711");
    }

    @Test
    void everyMistakeIsToldAtOnce() {
        assertThat(mistakes("""
                api:
                  hosts: x
                  publicUrl: https://drover.example.com/drover
                  tls: { certificate: nowhere.pem }
                  limits: { requests: many, body: 1GiB }
                  signIn: { tenant: common, clientSecret: plain }
                """))
                .hasMessageContaining("api.hosts: is not a known key.")
                .hasMessageContaining("Did you mean 'host'?")
                .hasMessageContaining("no path.")
                .hasMessageContaining("api.tls.certificate: there is no readable file")
                .hasMessageContaining("api.tls.key: is missing.")
                .hasMessageContaining("api.limits.requests: is not a rate.")
                .hasMessageContaining("api.limits.body: '1GiB' is out of range. Write a size from 16KiB to 64MiB.")
                .hasMessageContaining("api.signIn.tenant: 'common' would let other directories in.")
                .hasMessageContaining("api.signIn.clientId: is missing.")
                .hasMessageContaining("api.signIn.clientSecret: holds a secret in plain text.")
                .hasMessageNotContaining("plain\n");
    }

    private Api load(String api) {
        try {
            Path file = Files.writeString(directory.resolve("drover.yaml"), REST + api);
            return WorkerConfigLoader.load(file, List.of(), Map.of("S", "hush")::get)
                    .api();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private ConfigException mistakes(String api) {
        return catchThrowableOfType(ConfigException.class, () -> load(api));
    }
}
