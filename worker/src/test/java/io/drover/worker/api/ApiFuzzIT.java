package io.drover.worker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.api.FuzzedRequests.Fuzzed;
import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Requests that fit the document and requests that do not, made from the document itself, to a running server on a real ledger: never a
 * 500, every error is a problem, and after all of it the ledger still adds up. Runs {@code drover.fuzz.seconds} (10) from {@code drover.fuzz.seed} on;
 * a failure names the request.
 */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class ApiFuzzIT {
    private static final Duration BUDGET = Duration.ofSeconds(Long.getLong("drover.fuzz.seconds", 10));
    private static final long SEED = Long.getLong("drover.fuzz.seed", 1);
    private static final List<String> DEVICES = List.of("truck-00000", "truck-00001", "truck-00002");

    @Parameter
    TestDatabase database;

    @TempDir
    Path directory;

    @Test
    void whateverIsSentIsAnsweredByTheDocumentOrWithAProblem() throws Exception {
        try (ServedWorker worker = new ServedWorker(database, directory)) {
            Migration migration = worker.migration("move", 50, MigrationState.RUNNING);
            worker.end(migration, "truck-00000", null);
            worker.end(migration, "truck-00001", FailureReason.SILENT);
            ServedWorker.await(
                    worker.client.post("/api/v1/migrations").sendJsonObject(ServedWorker.definition("draft")));
            HttpClient client = HttpClient.newHttpClient();
            FuzzedRequests requests = new FuzzedRequests(ApiDocument.load().json(), new Random(SEED));
            Map<Integer, Integer> statuses = new TreeMap<>();
            long end = System.nanoTime() + BUDGET.toNanos();
            int sent = 0;
            while (System.nanoTime() < end || sent < 3 * requests.operations()) {
                Fuzzed fuzzed = requests.of(
                        sent % requests.operations(), sent % 3 == 0, List.of("move", "draft", "none"), DEVICES);
                statuses.merge(hold(worker, client, fuzzed), 1, Integer::sum);
                sent++;
            }
            assertThat(statuses).containsKeys(200, 400, 404, 409).doesNotContainKey(500);
            assertThat(worker.get("/worker").statusCode()).isEqualTo(200);
            assertThat(worker.get("/audit/verification").bodyAsJsonObject().getBoolean("holds"))
                    .isTrue();
            assertThat(worker.get("/migrations/move").bodyAsJsonObject().getInteger("total"))
                    .isEqualTo(50);
        }
    }

    @Test
    void whatIsNoHttpIsAnsweredWithAProblemOrCutOff() throws Exception {
        try (ServedWorker worker = new ServedWorker(TestDatabase.SQLITE, directory)) {
            for (String text : List.of(
                    "NONSENSE\r\n\r\n",
                    "GET /api/v1/worker HTTP/1.1\r\n\r\n",
                    "GET /" + "x".repeat(20_000) + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
                    "GET /api/v1/worker HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + "x".repeat(30_000) + "\r\n\r\n",
                    "GET /api/v1/migrations?search=%ff%fe HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
                    "GET /api/v1/migrations/%zz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
                    "POST /api/v1/migrations HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n")) {
                Buffer answer = Buffer.buffer();
                NetSocket socket =
                        ServedWorker.await(worker.vertx.createNetClient().connect(worker.serving.port(), "127.0.0.1"));
                io.vertx.core.Promise<Void> closed = io.vertx.core.Promise.promise();
                socket.handler(answer::appendBuffer).closeHandler(gone -> closed.tryComplete());
                ServedWorker.await(socket.write(text));
                worker.vertx.setTimer(2000, late -> socket.close());
                ServedWorker.await(closed.future());
                if (answer.length() > 0) {
                    assertThat(answer.toString()).as(text).containsAnyOf("application/problem+json", " 200 OK");
                    assertThat(answer.toString()).as(text).doesNotContain(" 500 ", " 503 ");
                }
            }
            assertThat(worker.get("/worker").statusCode()).isEqualTo(200);
        }
    }

    private static int hold(ServedWorker worker, HttpClient client, Fuzzed fuzzed) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + worker.serving.port() + "/api/v1" + fuzzed.path()))
                .timeout(Duration.ofSeconds(20))
                .method(
                        fuzzed.method().name(),
                        fuzzed.body() == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(
                                        fuzzed.body().getBytes()));
        fuzzed.headers().forEach(request::header);
        HttpResponse<InputStream> response;
        try {
            response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException never) {
            throw new AssertionError("not answered: " + fuzzed, never);
        }
        String type = response.headers().firstValue("content-type").orElse("");
        String body;
        try (InputStream in = response.body()) {
            body = type.equals("text/event-stream") ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        int status = response.statusCode();
        assertThat(status).as(fuzzed.toString()).isNotIn(500, 501);
        if (status >= 400) {
            assertThat(type).as(fuzzed.toString()).isEqualTo("application/problem+json");
            JsonObject problem = new JsonObject(body);
            assertThat(problem.getInteger("status")).as(fuzzed.toString()).isEqualTo(status);
            assertThat(problem.getString("title")).as(fuzzed.toString()).isNotEmpty();
            assertThat(problem.getString("detail"))
                    .as(fuzzed.toString())
                    .isNotEmpty()
                    .doesNotContain("Exception");
            assertThat(problem.getString("type")).as(fuzzed.toString()).startsWith("urn:drover:problem:");
        }
        if (fuzzed.valid() && !body.contains("urn:drover:problem:character")) {
            assertThat(status).as(fuzzed + " " + body).isNotIn(400, 415);
        }
        return status;
    }
}
