package io.drover.worker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Drafts, verbs and keys against a real ledger. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class WritesIT {
    private static final String KEY = "Idempotency-Key";

    @Parameter
    TestDatabase database;

    @TempDir
    Path directory;

    private ServedWorker worker;

    @BeforeEach
    void serve() throws Exception {
        worker = new ServedWorker(database, directory);
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    @Test
    void aDraftIsKeptChangedAndForgotten() throws Exception {
        HttpResponse<Buffer> created = post("/migrations", ServedWorker.definition("my move"));
        HttpResponse<Buffer> read = worker.get("/migrations/my%20move/definition");
        JsonObject changed = read.bodyAsJsonObject().put("attempts", 5);
        HttpResponse<Buffer> put = worker.send(
                HttpMethod.PUT, "/migrations/my%20move/definition", changed, "If-Match", read.getHeader("etag"));
        HttpResponse<Buffer> stale = worker.send(
                HttpMethod.PUT, "/migrations/my%20move/definition", changed, "If-Match", read.getHeader("etag"));
        HttpResponse<Buffer> known = worker.send(
                HttpMethod.GET, "/migrations/my%20move/definition", null, "If-None-Match", put.getHeader("etag"));

        assertThat(created.statusCode()).isEqualTo(201);
        assertThat(created.getHeader("location")).isEqualTo("/api/v1/migrations/my%20move");
        assertThat(created.bodyAsJsonObject().getString("state")).isEqualTo("DRAFT");
        assertThat(created.bodyAsJsonObject().getString("createdBy")).isEqualTo("ann");
        assertThat(created.bodyAsJsonObject().getJsonArray("verbs")).contains("plan", "apply", "delete");
        assertThat(put.statusCode()).isEqualTo(200);
        assertThat(stale.statusCode()).isEqualTo(412);
        assertThat(known.statusCode()).isEqualTo(304);
        assertThat(post("/migrations", ServedWorker.definition("my move")).statusCode())
                .isEqualTo(409);
        assertThat(worker.send(HttpMethod.DELETE, "/migrations/my%20move", null).statusCode())
                .isEqualTo(204);
        assertThat(worker.get("/migrations/my%20move").statusCode()).isEqualTo(404);
        assertThat(audited()).containsExactly("create", "change-definition", "delete");
    }

    @Test
    void everyMistakeOfADefinitionIsToldWithItsPlaceAndRemedy() throws Exception {
        JsonObject wrong = ServedWorker.definition("m")
                .put("credentials", new JsonObject().put("deviceCertificates", "/etc"))
                .put("deadlines", new JsonObject().put("answer", "soon"))
                .put("dispatch", new JsonObject().put("maxInFlight", 0))
                .put("rollout", new JsonObject().put("wave", 1));
        wrong.getJsonObject("source").put("devices", "/etc/passwd").put("aplication", "x");

        HttpResponse<Buffer> answer = post("/migrations", wrong);

        assertThat(answer.statusCode()).isEqualTo(422);
        JsonArray problems = answer.bodyAsJsonObject().getJsonArray("problems");
        assertThat(problems.stream()
                        .map(one -> ((JsonObject) one).getString("where"))
                        .toList())
                .contains(
                        "credentials.deviceCertificates",
                        "source.devices",
                        "source.aplication",
                        "deadlines.answer",
                        "dispatch.maxInFlight",
                        "rollout.wave");
        assertThat(problems.stream()
                        .map(one -> ((JsonObject) one).getString("remedy"))
                        .toList())
                .allMatch(remedy -> !remedy.isEmpty());
        assertThat(worker.get("/migrations/m").statusCode()).isEqualTo(404);
    }

    @Test
    void aWriteWithAKeyIsCarriedOutOnceAndItsAnswerGivenAgain() throws Exception {
        JsonObject body = ServedWorker.definition("m");
        HttpResponse<Buffer> first = worker.send(HttpMethod.POST, "/migrations", body, KEY, "12345678");
        HttpResponse<Buffer> again = worker.send(HttpMethod.POST, "/migrations", body, KEY, "12345678");
        HttpResponse<Buffer> other =
                worker.send(HttpMethod.POST, "/migrations", ServedWorker.definition("n"), KEY, "12345678");

        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(again.bodyAsString()).isEqualTo(first.bodyAsString());
        assertThat(again.getHeader("location")).isEqualTo(first.getHeader("location"));
        assertThat(again.getHeader("idempotent-replayed")).isEqualTo("true");
        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(audited()).containsExactly("create");
    }

    @Test
    void aKeyWhoseWriteWasRefusedIsFree() throws Exception {
        JsonObject wrong = ServedWorker.definition("m").put("deadlines", new JsonObject().put("answer", "soon"));

        assertThat(worker.send(HttpMethod.POST, "/migrations", wrong, KEY, "abcdefgh")
                        .statusCode())
                .isEqualTo(422);
        assertThat(worker.send(HttpMethod.POST, "/migrations", ServedWorker.definition("m"), KEY, "abcdefgh")
                        .statusCode())
                .isEqualTo(201);
    }

    @Test
    void ofManyEqualWritesAtOnceOneIsCarriedOut() throws Exception {
        List<Future<HttpResponse<Buffer>>> asked = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            asked.add(worker.client
                    .post("/api/v1/migrations")
                    .putHeader(KEY, "at-the-same-time")
                    .sendJsonObject(ServedWorker.definition("m")));
        }
        ServedWorker.await(Future.join(asked));

        assertThat(asked)
                .allMatch(
                        one -> one.result().statusCode() == 201 || one.result().statusCode() == 409);
        assertThat(asked).anyMatch(one -> one.result().statusCode() == 201);
        assertThat(audited()).containsExactly("create");
    }

    @Test
    void verbsSteerAMigrationThatAnotherProcessCarriesOut() throws Exception {
        Migration migration = worker.migration("move", 4, MigrationState.RUNNING);
        worker.end(migration, "truck-00000", FailureReason.NO_HANDLER);
        worker.end(migration, "truck-00001", FailureReason.SILENT);

        JsonObject paused = post("/migrations/move/pause", new JsonObject().put("reason", "lunch"))
                .bodyAsJsonObject();
        JsonObject again = post("/migrations/move/pause", null).bodyAsJsonObject();
        JsonObject told = worker.get("/migrations/move").bodyAsJsonObject();
        JsonObject retried = post(
                        "/migrations/move/retry", new JsonObject().put("reasons", new JsonArray().add("SILENT")))
                .bodyAsJsonObject();
        HttpResponse<Buffer> unknown =
                post("/migrations/move/retry", new JsonObject().put("reasons", new JsonArray().add("TIRED")));
        JsonObject resumed = post("/migrations/move/resume", null).bodyAsJsonObject();
        JsonObject aborted = post("/migrations/move/abort", null).bodyAsJsonObject();

        assertThat(paused.getBoolean("changed")).isTrue();
        assertThat(paused.getString("auditHead")).hasSize(64);
        assertThat(again.getBoolean("changed")).isFalse();
        assertThat(told.getString("stateReason")).contains("lunch");
        assertThat(told.getJsonArray("verbs"))
                .contains("resume", "abort", "retry")
                .doesNotContain("pause", "promote");
        assertThat(retried.getString("message")).startsWith("1 devices");
        assertThat(unknown.statusCode()).isEqualTo(422);
        assertThat(resumed.getBoolean("changed")).isTrue();
        assertThat(aborted.getBoolean("changed")).isTrue();
        assertThat(worker.get("/migrations/move").bodyAsJsonObject().getString("state"))
                .isEqualTo("ABORTING");
    }

    @Test
    void aMigrationThatCannotBeginTellsItsTroubleAndEndsNothingElse() throws Exception {
        post("/migrations", ServedWorker.definition("lost"));
        HttpResponse<Buffer> late = post(
                "/migrations/lost/apply",
                new JsonObject().put("startAt", Instant.now().minusSeconds(5).toString()));
        HttpResponse<Buffer> applied = post("/migrations/lost/apply", new JsonObject().put("reason", "now"));

        String trouble = null;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (trouble == null && System.nanoTime() < end) {
            trouble = worker.get("/migrations/lost").bodyAsJsonObject().getString("trouble");
        }

        assertThat(late.statusCode()).isEqualTo(422);
        assertThat(applied.statusCode()).isEqualTo(202);
        assertThat(trouble).contains("127.0.0.1");
        assertThat(worker.get("/migrations/lost").bodyAsJsonObject().getString("state"))
                .isEqualTo("DRAFT");
        assertThat(worker.get("/migrations/lost").bodyAsJsonObject().getJsonArray("verbs"))
                .contains("apply");
        assertThat(worker.get("/worker").statusCode()).isEqualTo(200);
        HttpResponse<Buffer> definition = worker.get("/migrations/lost/definition");
        HttpResponse<Buffer> changed = worker.send(
                HttpMethod.PUT,
                "/migrations/lost/definition",
                ServedWorker.definition("lost").put("attempts", 2),
                "If-Match",
                definition.getHeader("etag"));
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(changed.bodyAsJsonObject().getString("trouble")).isNull();
    }

    @Test
    void aPlanThatCannotBeMadeSaysWhy() throws Exception {
        post("/migrations", ServedWorker.definition("m"));
        HttpResponse<Buffer> asked = post("/migrations/m/plan", new JsonObject());

        JsonObject plan = asked.bodyAsJsonObject();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (plan.getString("status").equals("planning") && System.nanoTime() < end) {
            plan = worker.get("/migrations/m/plan").bodyAsJsonObject();
        }

        assertThat(asked.statusCode()).isEqualTo(202);
        assertThat(plan.getString("status")).isEqualTo("failed");
        assertThat(plan.getJsonObject("failure").getString("detail")).contains("127.0.0.1");
        assertThat(post("/migrations/m/apply", new JsonObject().put("plan", plan.getString("id")))
                        .statusCode())
                .isEqualTo(409);
    }

    @Test
    void whatNeedsADefinitionThatOnlyAnotherWorkerHasIsRefused() throws Exception {
        worker.migration("theirs", 2, MigrationState.PAUSED);

        HttpResponse<Buffer> apply = post("/migrations/theirs/apply", new JsonObject());
        HttpResponse<Buffer> back = post("/migrations/theirs/failback", new JsonObject());
        HttpResponse<Buffer> cleanup = post("/migrations/theirs/cleanup", new JsonObject().put("after", "7d"));
        HttpResponse<Buffer> unconfirmed = post(
                "/migrations/theirs/cleanup",
                new JsonObject().put("after", "7d").put("confirm", "another"));

        assertThat(List.of(apply, back, cleanup)).allMatch(answer -> answer.statusCode() == 409);
        assertThat(apply.bodyAsJsonObject().getString("detail")).contains("another worker's configuration file");
        assertThat(unconfirmed.statusCode()).isEqualTo(409);
        assertThat(worker.get("/migrations/theirs/cleanup").statusCode()).isEqualTo(404);
    }

    private HttpResponse<Buffer> post(String path, JsonObject body) throws Exception {
        return worker.send(HttpMethod.POST, path, body);
    }

    private List<String> audited() throws Exception {
        List<String> verbs = new ArrayList<>();
        worker.get("/audit")
                .bodyAsJsonObject()
                .getJsonArray("items")
                .forEach(item -> verbs.add(0, ((JsonObject) item).getString("verb")));
        return verbs;
    }
}
