package io.drover.worker.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ConsoleIT {
    private static final Pattern ADDRESS = Pattern.compile("\"(/assets/[^\"]+)\"");
    private static final Vertx VERTX = Vertx.vertx();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static String base;

    @BeforeAll
    static void serve() throws Exception {
        Router router = Router.router(VERTX);
        Console.load().mount(router);
        HttpServer server = VERTX.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        base = "http://127.0.0.1:" + server.actualPort();
    }

    @AfterAll
    static void end() throws Exception {
        VERTX.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void everyAddressOfTheConsoleIsAnsweredWithThePage() throws Exception {
        for (String path : List.of("/", "/migrations", "/migrations/a%2Fb/devices/x%20y?state=FAILED", "/apian")) {
            HttpResponse<String> answer = get(path);
            assertThat(answer.statusCode()).as(path).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-type")).hasValue("text/html; charset=utf-8");
            assertThat(answer.body()).contains("<drover-console>");
        }
    }

    @Test
    void addressesOfOthersAreLeftToThem() throws Exception {
        for (String path : List.of("/api/v1/nothing", "/auth/nothing", "/assets/nothing", "/metrics", "/health/live")) {
            assertThat(get(path).statusCode()).as(path).isEqualTo(404);
        }
    }

    @Test
    void allThatThePageNamesIsThereAndMayBeKept() throws Exception {
        List<String> addresses = new ArrayList<>();
        Matcher matcher = ADDRESS.matcher(get("/").body());
        while (matcher.find()) {
            addresses.add(matcher.group(1));
        }
        assertThat(addresses).hasSizeGreaterThan(8).noneMatch(address -> address.contains("$"));
        for (String address : addresses) {
            if (!address.endsWith("/")) {
                HttpResponse<String> answer = get(address);
                assertThat(answer.statusCode()).as(address).isEqualTo(200);
                assertThat(answer.headers().firstValue("cache-control").orElse(""))
                        .as(address)
                        .contains("immutable");
            }
        }
    }

    @Test
    void thePageIsSentOnlyWhenItChanged() throws Exception {
        String tag = get("/migrations").headers().firstValue("etag").orElseThrow();

        HttpResponse<String> again = get("/audit", "if-none-match", tag);

        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
    }

    @Test
    void thePolicyAdmitsNothingInlineButTheImportMap() throws Exception {
        HttpResponse<String> answer = get("/");

        assertThat(answer.headers().firstValue("content-security-policy").orElseThrow())
                .startsWith("default-src 'self'; ")
                .contains("; script-src 'self' 'sha256-")
                .doesNotContain("unsafe");
        assertThat(answer.body())
                .doesNotContain(" style=")
                .doesNotContain("<style")
                .doesNotContain("onclick");
    }

    @Test
    void aFileOfAnotherVersionIsNotMistakenForThisOne() throws Exception {
        assertThat(get("/assets/console/0000000000000000/main.js").statusCode()).isEqualTo(404);
    }
}
