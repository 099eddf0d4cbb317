package io.drover.worker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What the API tells of a migration that another process carries out. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class ReadsIT {
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
    void migrationsAreListedTheNewestFirstAPageAtATime() throws Exception {
        for (int i = 0; i < 5; i++) {
            worker.migration("move-" + i, 0, MigrationState.RUNNING);
        }
        worker.send(HttpMethod.POST, "/migrations", ServedWorker.definition("draft"));

        List<String> names = new ArrayList<>();
        String cursor = "";
        do {
            JsonObject page = worker.get("/migrations?limit=2" + cursor).bodyAsJsonObject();
            page.getJsonArray("items").forEach(item -> names.add(((JsonObject) item).getString("name")));
            cursor = page.getString("next") == null ? null : "&cursor=" + page.getString("next");
        } while (cursor != null);

        assertThat(names).hasSize(6).doesNotHaveDuplicates();
        assertThat(names.get(0)).isEqualTo("draft");
        assertThat(names(worker.get("/migrations?state=DRAFT"))).containsExactly("draft");
        assertThat(names(worker.get("/migrations?search=MOVE-3"))).containsExactly("move-3");
    }

    @Test
    void aMigrationIsToldInFullAndNotAgainWhileItStaysTheSame() throws Exception {
        Migration migration = worker.migration("move", 5, MigrationState.RUNNING);
        end(migration, "truck-00000", null);
        end(migration, "truck-00001", FailureReason.NO_HANDLER);

        HttpResponse<Buffer> first = worker.get("/migrations/move");
        JsonObject told = first.bodyAsJsonObject();

        assertThat(told.getString("state")).isEqualTo("RUNNING");
        assertThat(told.getInteger("total")).isEqualTo(5);
        assertThat(told.getJsonObject("counts").getInteger("MIGRATED")).isEqualTo(1);
        assertThat(told.getJsonObject("counts").fieldNames()).hasSize(DeviceState.values().length);
        assertThat(told.getJsonArray("waves").getJsonObject(0).getInteger("total"))
                .isEqualTo(5);
        JsonObject reason = told.getJsonArray("reasons").getJsonObject(0);
        assertThat(reason.getString("reason")).isEqualTo("NO_HANDLER");
        assertThat(reason.getInteger("count")).isEqualTo(1);
        assertThat(told.getJsonArray("verbs"))
                .contains("pause", "abort", "retry")
                .doesNotContain("resume", "apply");
        // The rate of the last seconds may have changed since; what is asked twice at once has not.
        String tag = worker.get("/migrations/move").getHeader("etag");
        List<Integer> statuses = new ArrayList<>();
        for (int i = 0; i < 20 && !statuses.contains(304); i++) {
            HttpResponse<Buffer> again = worker.send(HttpMethod.GET, "/migrations/move", null, "If-None-Match", tag);
            statuses.add(again.statusCode());
            tag = again.getHeader("etag");
        }
        assertThat(statuses).contains(304);
    }

    @Test
    void devicesAreListedByFilterInEitherOrder() throws Exception {
        Migration migration = worker.migration("move", 250, MigrationState.RUNNING);
        for (int i = 0; i < 20; i++) {
            end(migration, "truck-%05d".formatted(i * 10), i % 2 == 0 ? null : FailureReason.SILENT);
        }

        assertThat(pages("limit=100")).hasSize(250).isSorted().doesNotHaveDuplicates();
        assertThat(pages("limit=3&state=FAILED")).hasSize(10).isSorted();
        assertThat(pages("limit=3&reason=SILENT")).hasSize(10).isSorted();
        assertThat(pages("limit=100&wave=1")).hasSize(250);
        assertThat(pages("wave=2")).isEmpty();
        assertThat(pages("reason=NO_SUCH_THING")).isEmpty();
        assertThat(pages("limit=7&state=PENDING&wave=1")).hasSize(230).isSorted();
        assertThat(pages("limit=4&search=truck-0001")).hasSize(10);
        assertThat(pages("limit=4&search=*0010")).hasSize(11).contains("truck-00010", "truck-00101");
        assertThat(pages("search=Truck")).isEmpty();
        assertThat(pages("limit=9&sort=-changed").subList(0, 20))
                .startsWith("truck-00190", "truck-00180")
                .doesNotContain("truck-00001");
        assertThat(pages("limit=9&sort=changed"))
                .hasSize(250)
                .doesNotHaveDuplicates()
                .endsWith("truck-00190");
        assertThat(pages("limit=3&sort=-changed&state=FAILED")).hasSize(10).startsWith("truck-00190", "truck-00170");
        assertThat(worker.get("/migrations/move/devices?sort=changed&cursor="
                                + worker.get("/migrations/move/devices?limit=5")
                                        .bodyAsJsonObject()
                                        .getString("next"))
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void aDeviceIsToldWithItsTimeline() throws Exception {
        Migration migration = worker.migration("move", 3, MigrationState.RUNNING);
        end(migration, "truck-00002", FailureReason.SILENT);

        JsonObject device = worker.get("/migrations/move/devices/truck-00002").bodyAsJsonObject();

        assertThat(device.getString("state")).isEqualTo("FAILED");
        assertThat(device.getString("nextAction")).isEqualTo(FailureReason.SILENT.nextAction());
        assertThat(device.getJsonArray("history").getJsonObject(0).getString("to"))
                .isEqualTo("FAILED");
        assertThat(worker.get("/migrations/move/devices/truck-9").statusCode()).isEqualTo(404);
    }

    @Test
    void throughputIsToldInAFewPoints() throws Exception {
        Migration migration = worker.migration("move", 10, MigrationState.RUNNING);
        for (int i = 0; i < 10; i++) {
            end(migration, "truck-%05d".formatted(i), i == 9 ? FailureReason.SILENT : null);
        }

        JsonObject throughput = worker.get("/migrations/move/throughput").bodyAsJsonObject();

        JsonArray points = throughput.getJsonArray("points");
        assertThat(points.size()).isBetween(1, 300);
        assertThat(points.stream()
                        .mapToInt(point -> ((JsonObject) point).getInteger("arrived"))
                        .sum())
                .isEqualTo(9);
        assertThat(points.stream()
                        .mapToInt(point -> ((JsonObject) point).getInteger("failed"))
                        .sum())
                .isEqualTo(1);
    }

    @Test
    void theAuditIsListedAndVerified() throws Exception {
        worker.migration("move", 1, MigrationState.RUNNING);
        worker.send(HttpMethod.POST, "/migrations/move/pause", new JsonObject().put("reason", "lunch"));
        worker.send(HttpMethod.POST, "/migrations/move/resume", new JsonObject());

        JsonArray audit =
                worker.get("/audit?migration=move&limit=1").bodyAsJsonObject().getJsonArray("items");
        JsonObject paused = worker.get("/audit?verb=pause")
                .bodyAsJsonObject()
                .getJsonArray("items")
                .getJsonObject(0);
        JsonObject verdict = worker.get("/audit/verification").bodyAsJsonObject();

        assertThat(audit.getJsonObject(0).getString("verb")).isEqualTo("resume");
        assertThat(paused.getString("actor")).isEqualTo("ann");
        assertThat(paused.getString("detail")).isEqualTo("lunch");
        assertThat(verdict.getBoolean("holds")).isTrue();
        assertThat(verdict.getInteger("records")).isEqualTo(2);
        assertThat(worker.get("/audit/verification?head=" + "0".repeat(63) + "1")
                        .bodyAsJsonObject()
                        .getBoolean("holds"))
                .isFalse();
    }

    @Test
    void theReportIsAFileInEachFormat() throws Exception {
        Migration migration = worker.migration("move \"1\"", 3, MigrationState.RUNNING);
        end(migration, "truck-00000", null);
        String path = "/migrations/move%20%221%22/report?format=";

        assertThat(worker.get(path + "html").bodyAsString()).contains("<!DOCTYPE html>");
        assertThat(worker.get(path + "json").bodyAsJsonObject().getInteger("total"))
                .isEqualTo(3);
        assertThat(worker.get(path + "text").bodyAsString()).contains("MIGRATED");
        HttpResponse<Buffer> csv = worker.get(path + "csv");
        assertThat(csv.bodyAsString().split("\r\n")).hasSize(4);
        assertThat(csv.getHeader("content-disposition"))
                .contains("filename=\"drover-move__1_.csv\"")
                .contains("filename*=UTF-8''drover-move%20%221%22.csv");
    }

    /** Lets a pending device arrive, or fail for this reason. */
    private void end(Migration migration, String id, FailureReason failure) throws Exception {
        worker.end(migration, id, failure);
    }

    private static List<String> names(HttpResponse<Buffer> page) {
        return page.bodyAsJsonObject().getJsonArray("items").stream()
                .map(item -> ((JsonObject) item).getString("name"))
                .toList();
    }

    /** All ids, page by page. */
    private List<String> pages(String query) throws Exception {
        List<String> ids = new ArrayList<>();
        String cursor = "";
        do {
            JsonObject page =
                    worker.get("/migrations/move/devices?" + query + cursor).bodyAsJsonObject();
            page.getJsonArray("items").forEach(item -> ids.add(((JsonObject) item).getString("device")));
            cursor = page.getString("next") == null ? null : "&cursor=" + page.getString("next");
        } while (cursor != null);
        return ids;
    }
}
