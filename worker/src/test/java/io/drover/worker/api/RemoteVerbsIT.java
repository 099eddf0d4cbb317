package io.drover.worker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.cli.WorkerCommand;
import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.AuditStore.Act;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line with --server against a serving worker. */
class RemoteVerbsIT {
    @TempDir
    Path directory;

    private ServedWorker worker;
    private int code;
    private String error;

    @BeforeEach
    void serve() throws Exception {
        worker = new ServedWorker(TestDatabase.SQLITE, directory);
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    private String run(String... words) {
        List<String> all = new ArrayList<>(List.of("--server", "http://127.0.0.1:" + worker.serving.port() + "/"));
        all.addAll(List.of(words));
        return command(all);
    }

    private String command(List<String> words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        code = WorkerCommand.run(new PrintWriter(out), new PrintWriter(err), words.toArray(String[]::new));
        error = err.toString();
        return out.toString();
    }

    @Test
    void verbsSayWhatStandsAndAreInTheAudit() throws Exception {
        worker.migration("trucks 1", 3, MigrationState.RUNNING);

        String paused = run("pause", "trucks 1", "--reason", "lunch");
        String again = run("pause", "trucks 1", "-o", "json");
        String resumed = run("resume", "trucks 1");
        String audit = run("audit");

        assertThat(paused).contains("trucks 1: paused; 0 devices on their way").contains("audit head ");
        assertThat(new JsonObject(again).getBoolean("changed")).isFalse();
        assertThat(resumed).contains("trucks 1: running");
        assertThat(code).isZero();
        assertThat(audit).containsSubsequence("pause", "trucks 1: lunch", "resume");
        assertThat(run("audit", "verify")).contains("The audit holds");
    }

    @Test
    void failedDevicesAreTakenUpAgainByFilter() throws Exception {
        Migration migration = worker.migration("trucks", 3, MigrationState.RUNNING);
        worker.end(migration, "truck-00000", FailureReason.SILENT);
        worker.end(migration, "truck-00001", FailureReason.CREDENTIAL_UNAVAILABLE);

        assertThat(run("retry", "trucks", "--failed-with", "SILENT")).contains("1 devices are taken up again");
        assertThat(run("report", "trucks", "-o", "csv").lines()).hasSize(4);
        assertThat(run("report", "trucks")).contains("Migration trucks: 3 devices");
    }

    @Test
    void aWatchEndsWithTheMigrationAndItsExitCode() throws Exception {
        Migration migration = worker.migration("trucks", 2, MigrationState.RUNNING);
        worker.end(migration, "truck-00000", null);
        worker.end(migration, "truck-00001", FailureReason.SILENT);
        ServedWorker.await(worker.ledger
                .migrations()
                .move(
                        migration.id(),
                        Set.of(MigrationState.RUNNING),
                        MigrationState.FINISHED,
                        null,
                        new Act("test", "finish", "trucks", null)));

        String watched = run("watch", "trucks");

        assertThat(watched).contains("trucks: 2 of 2 done").contains("finished").contains("MIGRATED 1, FAILED 1");
        assertThat(code).isEqualTo(2);
    }

    @Test
    void aDefinitionInAFileIsKeptAndChanged() throws Exception {
        Path file = Files.writeString(directory.resolve("move.yaml"), """
                migration:
                  source: { application: source-app, deviceGroup: trucks }
                  target: { provisioningService: target-dps }
                """);

        String applied = run(
                "apply", "fleet", "--definition", file.toString(), "--start-at", "2100-01-01T00:00:00Z", "--detach");
        JsonObject kept = worker.get("/migrations/fleet/definition").bodyAsJsonObject();

        assertThat(error).isEmpty();
        assertThat(applied).startsWith("fleet: ");
        assertThat(kept.getJsonObject("source").getString("deviceGroup")).isEqualTo("trucks");
    }

    @Test
    void whatIsWrongIsOneClearMessageAndCode1() {
        assertThat(run("pause", "nobody")).isEmpty();
        assertThat(code).isEqualTo(1);
        assertThat(error).contains("There is no migration 'nobody'").hasLineCount(1);

        run("cleanup", "trucks", "--after", "7d");
        assertThat(error).contains("cleanup deletes devices for good").hasLineCount(1);

        command(List.of("--server", "http://127.0.0.1:1", "watch", "trucks"));
        assertThat(code).isEqualTo(1);

        command(List.of("--server", "ftp://host", "audit"));
        assertThat(error).contains("is no URL of a worker").hasLineCount(1);
        assertThat(code).isEqualTo(1);
    }
}
