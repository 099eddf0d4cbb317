package io.drover.worker.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.WorkerConfig.Rate;
import io.drover.worker.auth.Caller;
import io.drover.worker.auth.Role;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Headers and limits at a small server; a header names the caller. */
@Timeout(60)
class WebHandlersIT {
    private static final int BODY = 64;

    private final Vertx vertx = Vertx.vertx();
    private final WebClient client = WebClient.create(vertx);
    private int port;

    @BeforeEach
    void start() throws Exception {
        Router root = Router.router(vertx);
        RateLimit limit = new RateLimit(new Rate(3, Duration.ofHours(1)));
        root.route().handler(new SecurityHeaders(true, "https://login.example.test"));
        root.route("/api/*").handler(limit.refused()).handler(call -> {
            String name = call.request().getHeader("caller");
            if ("Bearer wrong".equals(call.request().getHeader("authorization"))) {
                call.fail(new ProblemException(401, "invalid-token", "No", "No."));
                return;
            }
            if (name != null) {
                new Caller(name, name, Set.of(Role.VIEWER), Caller.Way.TOKEN).putInto(call);
            }
            call.next();
        });
        root.route("/api/*").handler(limit);
        root.post("/api/*").handler(BodyLimit.reader(BODY));
        root.route("/api/*").handler(call -> call.end("ok"));
        root.get("/page").handler(call -> call.end("page"));
        root.route().failureHandler(BodyLimit.failure(BODY)).failureHandler(call -> {
            ProblemException problem = (ProblemException) call.failure();
            call.response().setStatusCode(problem.status());
            call.json(problem.json());
        });
        port = await(vertx.createHttpServer()
                .requestHandler(root)
                .listen(0, "127.0.0.1")
                .map(HttpServer::actualPort));
    }

    @AfterEach
    void stop() throws Exception {
        await(vertx.close());
    }

    @Test
    void browsersAreToldToRunNothingFromElsewhere() throws Exception {
        HttpResponse<Buffer> page = get("/page", Map.of());

        assertThat(page.getHeader("content-security-policy"))
                .contains("default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "img-src 'self' data:")
                .contains("form-action 'self' https://login.example.test")
                .doesNotContain("unsafe");
        assertThat(page.getHeader("x-content-type-options")).isEqualTo("nosniff");
        assertThat(page.getHeader("referrer-policy")).isEqualTo("no-referrer");
        assertThat(page.getHeader("permissions-policy")).contains("camera=()");
        assertThat(page.getHeader("cross-origin-opener-policy")).isEqualTo("same-origin");
        assertThat(page.getHeader("cross-origin-resource-policy")).isEqualTo("same-origin");
        assertThat(page.getHeader("strict-transport-security")).startsWith("max-age=");
        assertThat(page.getHeader("cache-control")).isNull();
        assertThat(get("/api/x", Map.of()).getHeader("cache-control")).isEqualTo("no-store");
    }

    @Test
    void eachCallerAndEachAddressHasALimitOfItsOwn() throws Exception {
        for (int request = 0; request < 3; request++) {
            assertThat(get("/api/x", Map.of("caller", "otto")).statusCode()).isEqualTo(200);
        }
        HttpResponse<Buffer> tooMany = get("/api/x", Map.of("caller", "otto"));

        assertThat(tooMany.statusCode()).isEqualTo(429);
        assertThat(Integer.parseInt(tooMany.getHeader("retry-after"))).isBetween(1, 1200);
        assertThat(tooMany.bodyAsJsonObject().getString("detail")).contains("api.limits.requests");
        assertThat(get("/api/x", Map.of("caller", "anna")).statusCode()).isEqualTo(200);
        for (int request = 0; request < 3; request++) {
            assertThat(get("/api/x", Map.of()).statusCode()).isEqualTo(200);
        }
        assertThat(get("/api/x", Map.of()).statusCode()).isEqualTo(429);
    }

    @Test
    void guessingAtTokensEndsBeforeTheyAreLookedAt() throws Exception {
        for (int guess = 0; guess < 3; guess++) {
            assertThat(get("/api/x", Map.of("authorization", "Bearer wrong")).statusCode())
                    .isEqualTo(401);
        }

        assertThat(get("/api/x", Map.of("authorization", "Bearer wrong")).statusCode())
                .isEqualTo(429);
        assertThat(get("/api/x", Map.of("caller", "otto")).statusCode()).isEqualTo(200);
    }

    @Test
    void aBodyThatIsTooLargeIsRefusedWithTheLimit() throws Exception {
        HttpResponse<Buffer> fits =
                await(client.post(port, "127.0.0.1", "/api/x").sendBuffer(Buffer.buffer("x".repeat(BODY))));
        HttpResponse<Buffer> tooLarge =
                await(client.post(port, "127.0.0.1", "/api/x").sendBuffer(Buffer.buffer("x".repeat(BODY + 1))));

        assertThat(fits.statusCode()).isEqualTo(200);
        assertThat(tooLarge.statusCode()).isEqualTo(413);
        assertThat(tooLarge.bodyAsJsonObject().getString("type")).isEqualTo("urn:drover:problem:body-too-large");
        assertThat(tooLarge.bodyAsJsonObject().getString("detail")).contains("64 bytes");
    }

    private HttpResponse<Buffer> get(String path, Map<String, String> headers) throws Exception {
        var request = client.get(port, "127.0.0.1", path);
        headers.forEach(request::putHeader);
        return await(request.send());
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
