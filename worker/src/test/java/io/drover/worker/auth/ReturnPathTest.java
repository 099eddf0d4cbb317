package io.drover.worker.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReturnPathTest {
    @ParameterizedTest
    @ValueSource(strings = {"/", "/app", "/app/migrations?state=RUNNING&x=%2F%2Fevil.test", "/a//b"})
    void aLocalPathIsKept(String path) {
        assertThat(ReturnPath.of(path)).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "//evil.test",
                "/\\evil.test",
                "\\\\evil.test",
                "https://evil.test",
                "/\t/evil.test",
                "\n/app",
                "/app\r\nset-cookie: a=b",
                "javascript:alert(1)",
                "app",
                "/auth/sign-in",
                "/ü",
                " /app"
            })
    void anythingElseLeadsHome(String path) {
        assertThat(ReturnPath.of(path)).isEqualTo("/");
        assertThat(ReturnPath.of(null)).isEqualTo("/");
    }

    @Property
    void whateverIsGivenStaysOnThisServer(@ForAll String text) {
        for (String given : new String[] {text, "/" + text, "//" + text, "/\\" + text}) {
            String path = ReturnPath.of(given);
            assertThat(path).startsWith("/").doesNotStartWith("//").doesNotContain("\\");
            assertThat(path.chars()).allMatch(letter -> letter > 0x20 && letter < 0x7f);
            if (!path.matches(".*[\"<>^`{|}%\\[\\]].*")) {
                assertThat(URI.create("https://drover.test").resolve(path).getHost())
                        .isEqualTo("drover.test");
            }
        }
    }
}
