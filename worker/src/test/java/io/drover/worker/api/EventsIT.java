package io.drover.worker.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.db.TestDatabase;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams of events of migrations that another process carries out. */
class EventsIT {
    @TempDir
    Path directory;

    private ServedWorker worker;
    private HttpClient client;

    /** One listener; events as their lines. */
    private final class Listener {
        private final List<String> events = new CopyOnWriteArrayList<>();
        private final HttpClientResponse response;
        private final StringBuilder rest = new StringBuilder();
        private volatile boolean ended;

        Listener(String path, String lastEventId) throws Exception {
            RequestOptions options = new RequestOptions()
                    .setHost("127.0.0.1")
                    .setPort(worker.serving.port())
                    .setURI("/api/v1" + path);
            if (lastEventId != null) {
                options.putHeader("Last-Event-ID", lastEventId);
            }
            response = ServedWorker.await(client.request(options)
                    .compose(request -> request.send().onSuccess(answer -> {
                        answer.handler(buffer -> take(buffer.toString()));
                        answer.endHandler(end -> ended = true);
                        answer.exceptionHandler(broken -> ended = true);
                    })));
        }

        private void take(String text) {
            rest.append(text);
            for (int end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
                events.add(rest.substring(0, end));
                rest.delete(0, end + 2);
            }
        }

        List<String> of(String kind) {
            return events.stream()
                    .filter(event -> event.startsWith("event: " + kind + "\n"))
                    .toList();
        }
    }

    @BeforeEach
    void serve() throws Exception {
        worker = new ServedWorker(TestDatabase.SQLITE, directory);
        client = worker.vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(20));
    }

    @AfterEach
    void stop() {
        worker.close();
    }

    @Test
    void aListenerHearsHowThingsStandAndThenWhatHappens() throws Exception {
        Migration migration = worker.migration("move", 3, MigrationState.RUNNING);
        Listener listener = new Listener("/migrations/move/events", null);
        Listener all = new Listener("/events", null);

        until(() -> !listener.of("migration").isEmpty() && !all.of("migrations").isEmpty());
        worker.end(migration, "truck-00000", null);
        worker.send(HttpMethod.POST, "/migrations/move/pause", new JsonObject().put("reason", "lunch"));

        until(() -> last(listener, "migration").contains("\"MIGRATED\":1")
                && last(listener, "migration").contains("\"state\":\"PAUSED\""));
        until(() -> listener.of("audit").size() == 1 && all.of("audit").size() == 1);
        assertThat(listener.of("audit").get(0)).contains("lunch", "id: 1\n");
        until(() -> last(all, "migrations").contains("\"state\":\"PAUSED\""));
        assertThat(listener.response.getHeader("content-type")).isEqualTo("text/event-stream");
    }

    @Test
    void aListenerThatComesBackHearsEveryAuditRecordSince() throws Exception {
        worker.migration("move", 1, MigrationState.RUNNING);
        worker.migration("other", 1, MigrationState.RUNNING);
        for (int i = 0; i < 3; i++) {
            worker.send(HttpMethod.POST, "/migrations/move/pause", new JsonObject());
            worker.send(HttpMethod.POST, "/migrations/move/resume", new JsonObject());
        }
        worker.send(HttpMethod.POST, "/migrations/other/pause", new JsonObject());

        Listener one = new Listener("/migrations/move/events", "2");
        Listener all = new Listener("/events?lastEventId=4", null);
        Listener ahead = new Listener("/events", "999999999999999999999999");

        until(() -> !one.of("migration").isEmpty() && !all.of("migrations").isEmpty());
        assertThat(ids(one)).containsExactly("3", "4", "5", "6");
        assertThat(one.events.get(one.events.size() - 1)).startsWith("event: migration");
        assertThat(ids(all)).containsExactly("5", "6", "7");
        until(() -> !ahead.of("migrations").isEmpty());
        assertThat(ids(ahead)).isEmpty();
    }

    @Test
    void moreListenersThanAllowedAreTurnedAwayAndOneThatLeavesMakesRoom() throws Exception {
        List<Listener> listeners = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            listeners.add(new Listener("/events", null));
        }
        assertThat(worker.get("/events").statusCode()).isEqualTo(503);
        assertThat(worker.get("/events").bodyAsJsonObject().getString("type")).endsWith("too-many-listeners");

        ServedWorker.await(listeners.get(0).response.request().connection().close());
        until(() -> {
            try {
                return new Listener("/events", null).response.statusCode() == 200;
            } catch (Exception failed) {
                throw new AssertionError(failed);
            }
        });
    }

    @Test
    void aListenerThatReadsNothingHearsTheNewestWhenItReadsAgain() throws Exception {
        for (int i = 0; i < 200; i++) {
            worker.migration(
                    "migration with a long name to fill the sockets between us " + i, 0, MigrationState.RUNNING);
        }
        Listener slow = new Listener("/events", null);
        until(() -> !slow.of("migrations").isEmpty());
        slow.response.pause();
        worker.send(
                HttpMethod.POST,
                "/migrations/migration%20with%20a%20long%20name%20to%20fill%20the%20sockets%20between%20us%207/pause",
                new JsonObject());
        Listener quick = new Listener("/events", null);
        until(() -> last(quick, "migrations").contains("PAUSED"));
        slow.response.resume();

        until(() -> last(slow, "migrations").contains("PAUSED"));
    }

    @Test
    void aStopEndsTheStreams() throws Exception {
        Listener listener = new Listener("/events", null);
        until(() -> !listener.of("migrations").isEmpty());

        ServedWorker.await(worker.vertx.undeploy(worker.serving.deploymentID()));

        until(() -> listener.ended);
        worker.ended();
    }

    private static String last(Listener listener, String kind) {
        List<String> events = listener.of(kind);
        return events.isEmpty() ? "" : events.get(events.size() - 1);
    }

    private static List<String> ids(Listener listener) {
        return listener.of("audit").stream()
                .flatMap(event -> event.lines().filter(line -> line.startsWith("id: ")))
                .map(line -> line.substring(4))
                .toList();
    }

    private void until(BooleanSupplier condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the condition did not come true").isLessThan(end);
            ServedWorker.await(worker.vertx.timer(20));
        }
    }
}
