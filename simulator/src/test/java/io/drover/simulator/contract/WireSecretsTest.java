package io.drover.simulator.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WireSecretsTest {
    private static final String KEY = "q83vEjRWeJ+rze8SNFZ4kKvN7xI0VniQq83vEjRWeJA=";
    private static final String SECRET = "pass word&more";
    private static final String PLANTED = "planted-canary-of-a-test";

    @TempDir
    Path folder;

    private WireSecrets secrets;

    @BeforeEach
    void record() throws Exception {
        Path recording = folder.resolve("exchanges.ndjson");
        Files.write(
                recording,
                List.of(
                        new JsonObject()
                                .put("requestBody", "grant_type=x&client_secret=" + encoded(SECRET))
                                .encode(),
                        new JsonObject()
                                .put("answerBody", "{\"symmetricKey\": {\"primaryKey\": \"" + KEY + "\"}}")
                                .encode(),
                        new JsonObject().put("lost", 0).encode()));
        secrets = WireSecrets.of(recording, PLANTED);
    }

    @Test
    void allThatCrossedTheWireAndAllPlantedAreSecret() {
        assertThat(secrets.count()).isEqualTo(3);
    }

    @Test
    void aSecretIsFoundInEachFormAndAnywhere() {
        for (String secret : List.of(KEY, SECRET, PLANTED)) {
            for (String form : List.of(
                    secret,
                    encoded(secret),
                    base64("user:" + secret),
                    base64("user1:" + secret),
                    base64("user12:" + secret + "#"),
                    encoded(base64(secret)))) {
                assertThatThrownBy(() -> secrets.areNotIn("a log", "before " + form + " after"))
                        .as(form)
                        .hasMessageContaining("a log")
                        .hasMessageNotContaining(secret);
            }
        }
        assertThatThrownBy(() ->
                        secrets.areNotIn("a page", KEY.replace("=", "&#61;").replace("+", "\\u002b")))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void otherTextIsNoSecret() {
        secrets.areNotIn("a log", "truck-000001 moved; " + base64("nothing that was planted anywhere at all"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
