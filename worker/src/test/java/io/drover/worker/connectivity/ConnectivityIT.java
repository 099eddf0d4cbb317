package io.drover.worker.connectivity;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.Secret;
import io.drover.worker.WorkerConfig.LedgerAddress;
import io.drover.worker.WorkerConfig.Tls;
import io.drover.worker.WorkerConfig.Webhook;
import io.drover.worker.db.Ledger;
import io.drover.worker.db.TestDatabase;
import io.drover.worker.device.DeviceClaim;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.device.TestPolicies;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SelfSignedCertificate;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** The webhook over real HTTP on a real ledger; the test plays IoT Central and dispatch. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
class ConnectivityIT {
    private static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");
    private static final String TOKEN = "SharedKey 0123456789abcdef";
    private static final String APPLICATION = "2d5c9f6e-0000-4000-8000-000000000001";

    @Parameter
    TestDatabase database;

    @TempDir
    Path directory;

    private final Vertx vertx = Vertx.vertx();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final WebClient client = WebClient.create(vertx);
    private LedgerAddress address;
    private Ledger ledger;
    private long migration;
    private SharedWebhook webhook;

    @BeforeEach
    void open() throws Exception {
        MovePolicy policy = TestPolicies.telemetry(3);
        address = database.fresh(directory);
        ledger = await(Ledger.open(vertx, address, policy, meters, Clock.fixed(NOW, ZoneOffset.UTC)));
        migration = await(ledger.migrations()
                        .createOrGet(new MigrationStore.Definition(
                                "m", "app", "group", "dps", "TELEMETRY", "", MigrationState.RUNNING)))
                .id();
        webhook = listen(null);
    }

    @AfterEach
    void close() throws Exception {
        await(ledger.close());
        await(vertx.close());
    }

    @Test
    void aWaitingDeviceThatConnectsIsDueAtOnceAndDispatchHearsOfIt() throws Exception {
        waiting(2);
        Promise<ConnectivityBus.Awakened> heard = Promise.promise();
        await(ConnectivityBus.AWAKENED
                .subscribe(vertx, event -> {
                    heard.tryComplete(event);
                    return Future.succeededFuture();
                })
                .completion());

        HttpResponse<Buffer> answer = post(connected("truck-1"));

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.bodyAsJsonObject().getInteger("awakened")).isEqualTo(1);
        assertThat(await(heard.future())).isEqualTo(new ConnectivityBus.Awakened(migration, 1));
        assertThat(due()).containsExactly("truck-1");
        assertThat(database.count(
                        address,
                        "SELECT COUNT(*) FROM device_history WHERE event = 'SEEN_AT_SOURCE' AND device_id = 'truck-1'"))
                .isEqualTo(1);
    }

    @Test
    void aDeviceThatConnectsBetweenItsOfflineAnswerAndThatAnswersCommitIsCommandedAtOnce() throws Exception {
        registered(1);
        DeviceRow commanded = await(claim(DeviceState.REGISTERED)).get(0);

        assertThat(post(connected("truck-0")).statusCode()).isEqualTo(202);
        await(ledger.devices().recordAnswer(commanded.key(), Evidence.offline(NOW, 1, "404")));

        assertThat(due()).as("at once").containsExactly("truck-0");
        DeviceRow again = await(claim(DeviceState.WAITING)).get(0);
        await(ledger.devices().recordAnswer(again.key(), Evidence.offline(NOW, 2, "404")));
        assertThat(due()).as("an event is good for one command").isEmpty();
        DeviceRow row = await(ledger.devices().reads().find(again.key())).orElseThrow();
        assertThat(row.nextAttemptAt()).as("pauses begin anew").isEqualTo(NOW.plusSeconds(10));
    }

    @Test
    void manyDevicesAtOnceAreTakenTogetherAndRepetitionChangesNothing() throws Exception {
        waiting(1500);
        JsonArray all = new JsonArray();
        IntStream.range(0, 1500).forEach(i -> all.add(connected("truck-" + i)));

        assertThat(post(all).bodyAsJsonObject()).isEqualTo(taken(1500, 0));
        assertThat(post(all).bodyAsJsonObject()).isEqualTo(taken(0, 1500));
        assertThat(counted(EventOutcome.AWAKENED)).isEqualTo(1500);
        assertThat(database.count(address, "SELECT COUNT(*) FROM device WHERE next_attempt_at = 0"))
                .isEqualTo(1500);
    }

    @Test
    void whatDoesNotConcernTheMigrationIsTakenAndIgnored() throws Exception {
        waiting(1);
        JsonArray events = new JsonArray()
                .add(connected("nobody"))
                .add(connected("truck-0").put("applicationId", "another-application"))
                .add(connected("truck-0").put("messageType", "disconnected"))
                .add(new JsonObject()
                        .put("applicationId", APPLICATION)
                        .put("messageSource", "telemetry")
                        .put("telemetry", new JsonObject().put("temp", 21)));

        assertThat(post(events).bodyAsJsonObject()).isEqualTo(taken(0, 4));

        assertThat(due()).isEmpty();
        assertThat(counted(EventOutcome.NOT_AWAITED)).isEqualTo(1);
        assertThat(counted(EventOutcome.FOREIGN)).isEqualTo(1);
        assertThat(counted(EventOutcome.NOT_A_CONNECTION)).isEqualTo(2);
    }

    @Test
    void onlyTheTokenOpensIt() throws Exception {
        waiting(1);
        for (String wrong : new String[] {null, "", "Bearer " + TOKEN, TOKEN.substring(1), "hunter2"}) {
            HttpRequest<Buffer> request = request(webhook);
            request.headers().remove("authorization");
            if (wrong != null) {
                request.putHeader("authorization", wrong);
            }
            HttpResponse<Buffer> answer = await(request.sendJson(connected("truck-0")));

            assertProblem(answer, 401, "webhook.token");
            assertThat(answer.bodyAsString()).doesNotContain("0123456789abcdef");
        }
        assertThat(due()).isEmpty();
        assertThat(counted(EventOutcome.UNAUTHORIZED)).isEqualTo(5);
    }

    @Test
    void whatIsNoExportIsTurnedDownAsAWholeAndSaysWhere() throws Exception {
        waiting(1);
        JsonObject good = connected("truck-0");

        assertProblem(post(Buffer.buffer("{")), 400, "the body is not JSON");
        assertProblem(post(Buffer.buffer()), 400, "neither a JSON object nor an array");
        assertProblem(post(Buffer.buffer("17")), 400, "neither a JSON object nor an array");
        assertProblem(post(new JsonArray().add(good).add(7)), 400, "record 1 is not a JSON object");
        assertProblem(post(new JsonArray().add(good).add(connected("a b"))), 400, "record 1: deviceId");
        assertProblem(post(good.copy().putNull("deviceId")), 400, "record 0: deviceId");
        assertProblem(post(good.copy().put("messageType", "gone")), 400, "record 0: messageType");
        assertProblem(post(good.copy().put("enqueuedTime", "yesterday")), 400, "record 0: enqueuedTime");
        assertThat(due()).isEmpty();
        assertThat(counted(EventOutcome.MALFORMED)).isEqualTo(8);
    }

    @Test
    void aBodyBeyondTheLimitIsTurnedDown() throws Exception {
        Buffer large = Buffer.buffer(new byte[(int) ConnectivityEndpoint.LARGEST_BODY + 1]);

        assertProblem(post(large), 413, "larger than");
        assertThat(post(connected("truck-0")).statusCode()).isEqualTo(202);
    }

    @Test
    void anEventThatCannotBeWrittenDownIsToBeSentAgain() throws Exception {
        waiting(1);
        await(ledger.close());

        HttpResponse<Buffer> answer = post(connected("truck-0"));

        assertProblem(answer, 503, "again");
        assertThat(answer.getHeader("retry-after")).isEqualTo("5");
        assertThat(counted(EventOutcome.TURNED_AWAY)).isEqualTo(1);
    }

    @Test
    void withACertificateItSpeaksTlsOnly() throws Exception {
        SelfSignedCertificate certificate = SelfSignedCertificate.create("localhost");
        SharedWebhook secure =
                listen(new Tls(Path.of(certificate.certificatePath()), Path.of(certificate.privateKeyPath())));
        WebClient trusting = WebClient.create(
                vertx,
                new WebClientOptions().setSsl(true).setVerifyHost(false).setTrustOptions(certificate.trustOptions()));

        HttpResponse<Buffer> answer = await(trusting.post(secure.port(), "127.0.0.1", ConnectivityEndpoint.PATH)
                .putHeader("authorization", TOKEN)
                .sendJson(connected("truck-0")));
        Future<HttpResponse<Buffer>> plain = request(secure).sendJson(connected("truck-0"));
        await(plain.otherwiseEmpty());

        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(plain.failed()).isTrue();
    }

    @Test
    void migrationsOfOneProcessShareTheWebhookAndTheLastToLeaveClosesIt() throws Exception {
        long other = await(ledger.migrations()
                        .createOrGet(new MigrationStore.Definition(
                                "n", "app2", "group", "dps", "TELEMETRY", "", MigrationState.RUNNING)))
                .id();
        int port = webhook.port();
        String second = await(vertx.deployVerticle(
                new ConnectivityVerticle(webhook, ledger.devices(), other, "another-application")));
        assertThat(webhook.port()).isEqualTo(port);

        HttpResponse<Buffer> answer = post(connected("truck-0"));
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(counted(EventOutcome.FOREIGN)).isEqualTo(1);
        assertThat(counted(EventOutcome.NOT_AWAITED)).isEqualTo(1);

        for (String deployment : List.copyOf(vertx.deploymentIDs())) {
            if (!deployment.equals(second)) {
                await(vertx.undeploy(deployment));
            }
        }
        assertThat(post(connected("truck-0")).statusCode()).isEqualTo(202);
        await(vertx.undeploy(second));
        Future<?> refused =
                client.post(port, "127.0.0.1", ConnectivityEndpoint.PATH).send();
        await(refused.transform(done -> Future.succeededFuture()));
        assertThat(refused.failed()).isTrue();
    }

    @Test
    void aTakenPortIsOneClearMessage() throws Exception {
        Future<String> second = vertx.deployVerticle(verticle(webhook(webhook.port(), null)));
        await(second.otherwiseEmpty());

        assertThat(second.cause())
                .hasMessageContaining("cannot listen on 127.0.0.1:" + webhook.port())
                .hasMessageContaining("webhook.port");
    }

    private SharedWebhook listen(Tls tls) throws Exception {
        SharedWebhook webhook = webhook(0, tls);
        await(vertx.deployVerticle(verticle(webhook)));
        return webhook;
    }

    private SharedWebhook webhook(int port, Tls tls) {
        return new SharedWebhook(
                vertx, new Webhook("127.0.0.1", port, new Secret(TOKEN), tls), meters, Clock.systemUTC());
    }

    private ConnectivityVerticle verticle(SharedWebhook webhook) {
        return new ConnectivityVerticle(webhook, ledger.devices(), migration, APPLICATION);
    }

    private static JsonObject connected(String device) {
        return new JsonObject()
                .put("applicationId", APPLICATION)
                .put("messageSource", "deviceConnectivity")
                .put("messageType", "connected")
                .put("deviceId", device)
                .put("schema", "default@v1")
                .put("templateId", "dtmi:example:Truck;1")
                .put("enqueuedTime", "2026-11-24T00:00:00.1230000Z")
                .put("enrichments", new JsonObject());
    }

    private static JsonObject taken(int awakened, int ignored) {
        return new JsonObject().put("awakened", awakened).put("ignored", ignored);
    }

    private HttpRequest<Buffer> request(SharedWebhook to) {
        return client.post(to.port(), "127.0.0.1", ConnectivityEndpoint.PATH).putHeader("authorization", TOKEN);
    }

    private HttpResponse<Buffer> post(Object json) throws Exception {
        return await(
                json instanceof Buffer raw
                        ? request(webhook).sendBuffer(raw)
                        : request(webhook).sendJson(json));
    }

    private static void assertProblem(HttpResponse<Buffer> answer, int status, String detail) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.getHeader("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.bodyAsJsonObject().getInteger("status")).isEqualTo(status);
        assertThat(answer.bodyAsJsonObject().getString("title")).isNotBlank();
        assertThat(answer.bodyAsJsonObject().getString("detail")).contains(detail);
    }

    private double counted(EventOutcome outcome) {
        return meters.counter("drover.connectivity.events", "outcome", outcome.label())
                .count();
    }

    /** Those that a claim of waiting devices would take now. */
    private List<String> due() throws Exception {
        List<String> due = new ArrayList<>();
        await(ledger.devices().reads().eachPage(migration, page -> {
            page.stream()
                    .filter(row -> row.state() == DeviceState.WAITING
                            && !row.nextAttemptAt().isAfter(NOW))
                    .forEach(row -> due.add(row.deviceId()));
            return Future.succeededFuture();
        }));
        return due;
    }

    private void waiting(int devices) throws Exception {
        registered(devices);
        List<DeviceRow> claimed = await(claim(DeviceState.REGISTERED));
        assertThat(claimed).hasSize(devices);
        await(Future.all(claimed.stream()
                .map(row -> ledger.devices().recordAnswer(row.key(), Evidence.offline(NOW, 1, "404")))
                .toList()));
    }

    private void registered(int devices) throws Exception {
        await(ledger.devices()
                .insert(
                        migration,
                        IntStream.range(0, devices)
                                .mapToObj(i -> new DiscoveredDevice("truck-" + i, "t", null))
                                .toList()));
        await(ledger.devices().assign(migration, 1, Long.MAX_VALUE));
        await(ledger.devices().release(migration, 1, "group"));
    }

    private Future<List<DeviceRow>> claim(DeviceState state) {
        return ledger.devices()
                .claim(new DeviceClaim(migration, state, 1, 2000, NOW, null, Duration.ofSeconds(30), "w"));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
