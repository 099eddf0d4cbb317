package io.drover.worker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.db.TestDatabase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiIT {
    @TempDir
    Path directory;

    private ServedWorker worker;

    @BeforeEach
    void serve() throws Exception {
        worker = new ServedWorker(TestDatabase.SQLITE, directory);
    }

    @AfterEach
    void stop() throws Exception {
        worker.close();
    }

    @Test
    void theDocumentAndAPageToBrowseItAreServed() throws Exception {
        HttpResponse<Buffer> yaml =
                ServedWorker.await(worker.client.get("/api/openapi.yaml").send());
        HttpResponse<Buffer> json =
                ServedWorker.await(worker.client.get("/api/openapi.json").send());
        HttpResponse<Buffer> page =
                ServedWorker.await(worker.client.get("/api/docs/").send());
        HttpResponse<Buffer> script = ServedWorker.await(
                worker.client.get("/api/docs/lib/swagger-ui-bundle.js").send());

        assertThat(yaml.bodyAsString()).startsWith("openapi: 3.1.0").contains("text/event-stream");
        assertThat(json.bodyAsJsonObject().getJsonObject("paths").fieldNames()).contains("/migrations");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.bodyAsString()).contains("docs.js").doesNotContain("<script>");
        assertThat(page.getHeader("content-security-policy")).contains("script-src 'self'");
        assertThat(script.statusCode()).isEqualTo(200);
    }

    @Test
    void whatIsNotThereIsAProblem() throws Exception {
        HttpResponse<Buffer> path = worker.get("/nothing");
        HttpResponse<Buffer> method = worker.send(HttpMethod.PATCH, "/worker", new JsonObject());
        HttpResponse<Buffer> migration = worker.get("/migrations/none");

        assertThat(path.statusCode()).isEqualTo(404);
        assertThat(path.getHeader("content-type")).isEqualTo("application/problem+json");
        assertThat(method.statusCode()).isEqualTo(405);
        assertThat(method.getHeader("content-type")).isEqualTo("application/problem+json");
        assertThat(migration.statusCode()).isEqualTo(404);
        assertThat(migration.bodyAsJsonObject().getString("detail")).contains("none");
    }

    @Test
    void whoAsksAndWhomAreTold() throws Exception {
        JsonObject session = worker.get("/session").bodyAsJsonObject();
        JsonObject told = worker.get("/worker").bodyAsJsonObject();
        JsonArray reasons = worker.get("/reasons").bodyAsJsonArray();

        assertThat(session.getString("mode")).isEqualTo("local");
        assertThat(session.getString("id")).isEqualTo("ann");
        assertThat(session.getJsonArray("roles")).hasSize(4);
        assertThat(told.getBoolean("simulated")).isTrue();
        assertThat(told.getJsonObject("ledger").getString("kind")).isEqualTo("SQLite");
        assertThat(told.encode()).doesNotContain("hidden");
        assertThat(reasons).isNotEmpty();
    }

    @Test
    void aPageOfAnotherSiteCannotDriveTheWorker() throws Exception {
        HttpResponse<Buffer> rebound = ServedWorker.await(
                worker.client.get("/api/v1/worker").virtualHost("evil.example").send());
        HttpResponse<Buffer> forged = worker.send(
                HttpMethod.POST, "/migrations", ServedWorker.definition("m"), "Origin", "https://evil.example");
        HttpResponse<Buffer> crossSite = worker.send(
                HttpMethod.GET, "/worker", null, "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors");
        HttpResponse<Buffer> own = worker.send(
                HttpMethod.POST,
                "/migrations",
                ServedWorker.definition("m"),
                "Origin",
                "http://127.0.0.1:" + worker.serving.port());

        assertThat(rebound.statusCode()).isEqualTo(403);
        assertThat(rebound.bodyAsJsonObject().getString("type")).endsWith("foreign-host");
        assertThat(forged.statusCode()).isEqualTo(403);
        assertThat(crossSite.statusCode()).isEqualTo(403);
        assertThat(own.statusCode()).isEqualTo(201);
    }

    @Test
    void aRequestThatDoesNotFitTheDocumentIsRefused() throws Exception {
        HttpResponse<Buffer> limit = worker.get("/migrations?limit=100000");
        HttpResponse<Buffer> cursor = worker.get("/migrations?cursor=nonsense");
        HttpResponse<Buffer> unknown = worker.send(
                HttpMethod.POST, "/migrations", ServedWorker.definition("m").put("colour", "red"));
        HttpResponse<Buffer> text = ServedWorker.await(worker.client
                .post("/api/v1/migrations")
                .putHeader("content-type", "text/plain")
                .sendBuffer(Buffer.buffer("hello")));
        HttpResponse<Buffer> broken = ServedWorker.await(worker.client
                .post("/api/v1/migrations")
                .putHeader("content-type", "application/json")
                .sendBuffer(Buffer.buffer("{")));
        HttpResponse<Buffer> large = ServedWorker.await(worker.client
                .post("/api/v1/migrations")
                .putHeader("content-type", "application/json")
                .sendBuffer(Buffer.buffer("\"" + "x".repeat(300_000) + "\"")));

        assertThat(limit.statusCode()).isEqualTo(400);
        assertThat(cursor.statusCode()).isEqualTo(400);
        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(text.statusCode()).isEqualTo(415);
        assertThat(broken.statusCode()).isEqualTo(400);
        assertThat(large.statusCode()).isEqualTo(413);
        assertThat(large.getHeader("content-type")).isEqualTo("application/problem+json");
    }
}
