package io.drover.worker.azure;

import static io.drover.worker.azure.ScriptedAzure.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.Access;
import io.drover.worker.Secret;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.hub.HubClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls carry the key that is given for their service, and Entra's token elsewhere. */
class SharedAccessIT {
    private static final String KEY =
            Base64.getEncoder().encodeToString("sixteen bytes or more".getBytes(StandardCharsets.UTF_8));
    private static final String TOKEN = "SharedAccessSignature sr=app&sig=x&skn=drover&se=1";
    private static final String AUDIENCE = "https://apps.example.test";

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<String> said = Collections.synchronizedList(new ArrayList<>());

    private void answer(HttpServerRequest request) {
        said.add(request.getHeader("authorization"));
        request.response()
                .end(
                        request.path().contains("/api/")
                                ? new JsonObject().put("value", new JsonArray()).toBuffer()
                                : new JsonArray().toBuffer());
    }

    private static Access.Policy policy(String name, Access.Use use) {
        return new Access.Policy(name, "drover", new Secret(KEY), use);
    }

    @Test
    void eachServiceIsUsedWithItsOwnKeyAndAllOthersWithEntra() throws Exception {
        Access access = new Access(
                List.of(policy("h1", Access.Use.ALL), policy("h2.example.test", Access.Use.TELEMETRY)),
                List.of(policy("p1.example.test", Access.Use.ALL)),
                List.of(new Access.ApiToken("app", new Secret(TOKEN))));
        try (ScriptedAzure azure = new ScriptedAzure(this::answer)) {
            AzureHttp http = azure.http(ScriptedAzure.SECRET, access, meters);

            await(new CentralClient(http, "app.example.test", AUDIENCE).groups());
            await(new CentralClient(http, "apples.example.test", AUDIENCE).groups());
            await(new DpsClient(http, "p1.example.test", AUDIENCE).groups());
            await(new HubClient(http, "h1.example.test", AUDIENCE)
                    .eachConnectedPage(null, page -> io.vertx.core.Future.succeededFuture()));
            await(new HubClient(http, "h2.example.test", AUDIENCE)
                    .eachConnectedPage(null, page -> io.vertx.core.Future.succeededFuture()));
        }

        assertThat(said).hasSize(5);
        assertThat(said.get(0)).isEqualTo(TOKEN);
        assertThat(said.get(1)).isEqualTo("Bearer opaque");
        assertThat(said.get(2))
                .startsWith("SharedAccessSignature sr=p1.example.test&sig=")
                .endsWith("&skn=drover");
        assertThat(said.get(3)).startsWith("SharedAccessSignature sr=h1.example.test&sig=");
        assertThat(said.get(4)).isEqualTo("Bearer opaque");
        assertThat(access.toString()).doesNotContain(KEY).doesNotContain(TOKEN);
    }

    @Test
    void aSignatureIsTheOneThatOpensslMakesOfTheSameText() {
        // printf 'h1.example.test\n1795575845' | openssl dgst -sha256 -hmac 'sixteen bytes or more' -binary | base64
        assertThat(SharedAccessSignature.sign("H1.example.test", "a-policy", KEY, Instant.ofEpochSecond(1_795_575_845)))
                .isEqualTo(
                        "SharedAccessSignature sr=h1.example.test&sig=sIq6ljxxCl2eGAON0N1WT8pAgG7Fp0GlCXBmJGr2Ftk%3D&se=1795575845&skn=a-policy");
    }
}
