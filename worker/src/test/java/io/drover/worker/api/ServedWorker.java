package io.drover.worker.api;

import io.drover.worker.ServingConfig;
import io.drover.worker.WorkerConfigLoader;
import io.drover.worker.db.Ledger;
import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.DeviceClaim;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.FailureReason;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.TestPolicies;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A serving worker on a real ledger, asked over a real socket. Azure is not there: whatever needs it is in trouble. Methods block. */
final class ServedWorker implements AutoCloseable {
    private static final String CONFIGURATION = """
            entra: { tenant: t, clientId: c, clientSecret: { file: secret.txt }, authority: "https://127.0.0.1:1" }
            azure: { resourceManager: "https://127.0.0.1:1" }
            api: { port: 0, limits: { requests: 100000/s, body: 256KiB, listeners: 5 } }
            """;

    static final MovePolicy POLICY = TestPolicies.telemetry(1);

    final Vertx vertx = Vertx.vertx();
    final Ledger ledger;
    final ServeVerticle serving;
    final WebClient client;
    private boolean served = true;

    ServedWorker(TestDatabase database, Path directory) throws Exception {
        Files.writeString(directory.resolve("secret.txt"), "hidden");
        Path file = Files.writeString(directory.resolve("worker.yaml"), CONFIGURATION);
        ServingConfig config = WorkerConfigLoader.loadServing(file, List.of());
        ledger = await(
                Ledger.open(vertx, database.fresh(directory), POLICY, new SimpleMeterRegistry(), Clock.systemUTC()));
        serving = new ServeVerticle(
                config, ledger, null, "ann", pages -> {}, new SimpleMeterRegistry(), Clock.systemUTC());
        await(vertx.deployVerticle(serving));
        client = WebClient.create(
                vertx, new WebClientOptions().setDefaultHost("127.0.0.1").setDefaultPort(serving.port()));
    }

    static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** The test has ended the serving itself. */
    void ended() {
        served = false;
    }

    private static void joined(Future<?> future) {
        future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }

    HttpResponse<Buffer> get(String path) throws Exception {
        return await(client.get("/api/v1" + path).send());
    }

    HttpResponse<Buffer> send(HttpMethod method, String path, JsonObject body, String... headers) throws Exception {
        HttpRequest<Buffer> request = client.request(method, "/api/v1" + path);
        for (int i = 0; i < headers.length; i += 2) {
            request.putHeader(headers[i], headers[i + 1]);
        }
        return await(body == null ? request.send() : request.sendJsonObject(body));
    }

    /** A migration with so many devices, made past the API as another process would. */
    Migration migration(String name, int devices, MigrationState state) throws Exception {
        Migration made = await(ledger.migrations()
                .createOrGet(new MigrationStore.Definition(
                        name, "source-app", "trucks", "target-dps", "TELEMETRY", "ID 0 []", state)));
        await(ledger.migrations().layOut(made.id(), List.of("all")));
        List<DiscoveredDevice> found = new ArrayList<>();
        for (int i = 0; i < devices; i++) {
            found.add(new DiscoveredDevice("truck-%05d".formatted(i), "dtmi:drover:truck;1", null));
        }
        await(ledger.devices().insert(made.id(), found));
        await(ledger.devices().assign(made.id(), 1, devices));
        await(ledger.migrations().discovered(made.id()));
        return made;
    }

    /** Lets a pending device of the first wave arrive, or fail for this reason. */
    void end(Migration migration, String id, FailureReason failure) throws Exception {
        if (failure != null) {
            await(ledger.devices().refuse(migration.id(), 1, Map.of(id, failure), Map.of(), "test"));
            return;
        }
        Instant now = Instant.now();
        await(ledger.devices().release(migration.id(), 1, List.of(id), Map.of(), "test"));
        DeviceRow row = await(ledger.devices()
                        .claim(new DeviceClaim(
                                migration.id(), DeviceState.REGISTERED, 1, 1, now, now, Duration.ofSeconds(30), "w")))
                .get(0);
        await(ledger.devices().record(row.key(), Evidence.telemetry(now.plusMillis(1), "hub.test")));
    }

    /** A definition that is good. */
    static JsonObject definition(String name) {
        return new JsonObject()
                .put("name", name)
                .put("source", new JsonObject().put("application", "source-app").put("deviceGroup", "trucks"))
                .put("target", new JsonObject().put("provisioningService", "target-dps"));
    }

    @Override
    public void close() {
        client.close();
        if (served) {
            joined(vertx.undeploy(serving.deploymentID()));
        }
        joined(ledger.close());
        joined(vertx.close());
    }
}
