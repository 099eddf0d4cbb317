package io.drover.simulator.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.Names;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.entra.ServicePrincipal;
import io.drover.simulator.cloud.http.ExchangeRecorder;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.contract.RecordedContract;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HubRestApiIT {
    private static final Names NAMES = new Names("test");
    private static final String HOST = NAMES.hub("target-hub");
    private static final ServicePrincipal ALLOWED = new ServicePrincipal("id", "secret", ServicePrincipal.ALL_ROLES);

    private final Vertx vertx = Vertx.vertx();
    private final Hub hub = new Hub(HOST, HubSku.S1, 1, Clock.systemUTC(), new SecureRandom());
    private Hub tier = hub;
    private final AccessTokens tokens = new AccessTokens("test", Clock.systemUTC());
    private final Quotas quotas = new Quotas(1);
    private final WebClient client = WebClient.create(vertx);
    private HttpServer server;
    private String authorization = bearer(NAMES.hubAudience(), ALLOWED);

    @TempDir
    private Path recordings;

    private ExchangeRecorder recorder;

    @BeforeEach
    void start() throws Exception {
        quotas.enforce(false);
        HubRestApi api = new HubRestApi(
                vertx,
                host -> host.equals(HOST) ? Optional.of(tier) : Optional.empty(),
                tokens,
                quotas,
                NAMES,
                Clock.systemUTC());
        recorder = get(ExchangeRecorder.open(vertx, recordings.resolve("exchanges.ndjson")));
        server = get(vertx.createHttpServer()
                .requestHandler(recorder.around(api.router()))
                .listen(0, "127.0.0.1"));
    }

    @AfterEach
    void stop() throws Exception {
        get(recorder.close());
        get(vertx.close());
        RecordedContract.hold(recordings.resolve("exchanges.ndjson"));
    }

    @Test
    void aDeviceIdThatNeedsEncodingIsCreatedReadAndDeleted() throws Exception {
        String path = "/devices/a%25b%23c%3Fd";

        HttpResponse<Buffer> created = call(HttpMethod.PUT, path, "{\"deviceId\":\"a%b#c?d\"}");
        HttpResponse<Buffer> again = call(HttpMethod.PUT, path, "{}");
        HttpResponse<Buffer> read = call(HttpMethod.GET, path, null);

        assertThat(created.statusCode()).isEqualTo(200);
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(again.getHeader("iothub-errorcode")).isEqualTo("DeviceAlreadyExists");
        assertThat(read.bodyAsJsonObject().getString("deviceId")).isEqualTo("a%b#c?d");
        assertThat(read.bodyAsJsonObject().getString("connectionState")).isEqualTo("Disconnected");
        assertThat(call(HttpMethod.DELETE, path, null).statusCode()).isEqualTo(204);
        assertThat(call(HttpMethod.GET, path, null).statusCode()).isEqualTo(404);
    }

    @Test
    void aQueryPagesThroughAllDevices() throws Exception {
        for (int i = 0; i < 25; i++) {
            hub.createOrGet("d" + i, hub.newCredential(), null);
        }
        List<String> ids = new ArrayList<>();
        String continuation = null;
        int pages = 0;
        do {
            HttpRequest<Buffer> request =
                    request(HttpMethod.POST, "/devices/query").putHeader("x-ms-max-item-count", "10");
            if (continuation != null) {
                request.putHeader("x-ms-continuation", continuation);
            }
            HttpResponse<Buffer> page = get(request.sendBuffer(Buffer.buffer(
                    "{\"query\":\"SELECT deviceId FROM devices WHERE connectionState = 'Disconnected'\"}")));
            JsonArray rows = page.bodyAsJsonArray();
            rows.forEach(row -> ids.add(((JsonObject) row).getString("deviceId")));
            continuation = page.getHeader("x-ms-continuation");
            pages++;
        } while (continuation != null);

        assertThat(pages).isEqualTo(3);
        assertThat(ids).hasSize(25).doesNotHaveDuplicates();
    }

    @Test
    void aTwinIsPatchedByMerge() throws Exception {
        hub.createOrGet("d", hub.newCredential(), null);

        call(HttpMethod.PATCH, "/twins/d", "{\"tags\":{\"a\":1,\"b\":2},\"properties\":{\"desired\":{\"x\":1}}}");
        JsonObject twin =
                call(HttpMethod.PATCH, "/twins/d", "{\"tags\":{\"a\":null}}").bodyAsJsonObject();

        assertThat(twin.getJsonObject("tags")).isEqualTo(new JsonObject().put("b", 2));
        assertThat(twin.getJsonObject("properties").getJsonObject("desired").getInteger("x"))
                .isEqualTo(1);
    }

    @Test
    void aMethodOnADeviceThatIsOfflineAnswersTheNestedError() throws Exception {
        hub.createOrGet("d", hub.newCredential(), null);

        HttpResponse<Buffer> answer = call(HttpMethod.POST, "/twins/d/methods", "{\"methodName\":\"m\"}");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.getHeader("iothub-errorcode")).isEqualTo("DeviceNotOnline");
        assertThat(new JsonObject(answer.bodyAsJsonObject().getString("Message")).getInteger("errorCode"))
                .isEqualTo(404103);
    }

    @Test
    void badInputIsRefusedInTheHubsShape() throws Exception {
        hub.createOrGet("d", hub.newCredential(), null);
        List<HttpResponse<Buffer>> refused = List.of(
                call(HttpMethod.POST, "/devices/query", "{"),
                call(HttpMethod.POST, "/devices/query", "[]"),
                call(HttpMethod.POST, "/devices/query", "{\"query\":7}"),
                call(HttpMethod.POST, "/devices/query", "{\"query\":\"SELECT\"}"),
                call(HttpMethod.POST, "/twins/d/methods", null),
                call(HttpMethod.POST, "/twins/d/methods", "{\"methodName\":\"m\",\"responseTimeoutInSeconds\":1}"),
                call(HttpMethod.PATCH, "/twins/d", "{\"tags\":3}"),
                call(HttpMethod.PUT, "/devices/e", "{\"status\":\"odd\"}"),
                call(HttpMethod.GET, "/devices/%zz", null));

        assertThat(refused).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.bodyAsJsonObject().getString("Message")).startsWith("ErrorCode:ArgumentInvalid;");
        });
    }

    @Test
    void bulkOperationsFailOneByOne() throws Exception {
        hub.createOrGet("old", hub.newCredential(), null);
        hub.createOrGet("gone", hub.newCredential(), null);
        JsonArray items = new JsonArray()
                .add(item("new", "create").put("tags", new JsonObject().put("floor", 3)))
                .add(item("old", "create"))
                .add(item("old", "update"))
                .add(item("gone", "delete"))
                .add(item("nobody", "updateTwin"))
                .add(item("new2", "odd"))
                .add(item("old2", "updateIfMatchETag").put("eTag", "x"));

        HttpResponse<Buffer> answer = call(HttpMethod.POST, "/devices", items.encode());

        assertThat(answer.statusCode()).isEqualTo(400);
        JsonObject result = answer.bodyAsJsonObject();
        assertThat(result.getBoolean("isSuccessful")).isFalse();
        List<String> errors = result.getJsonArray("errors").stream()
                .map(error ->
                        ((JsonObject) error).getString("deviceId") + " " + ((JsonObject) error).getString("errorCode"))
                .toList();
        assertThat(errors)
                .containsExactly(
                        "old DeviceAlreadyExists",
                        "old DeviceDefinedMultipleTimes",
                        "nobody DeviceNotFound",
                        "new2 ArgumentInvalid",
                        "old2 DeviceNotFound");
        assertThat(hub.device("new").orElseThrow().twin().tags().getInteger("floor"))
                .isEqualTo(3);
        assertThat(hub.device("gone")).isEmpty();
        assertThat(call(HttpMethod.POST, "/devices", "[{\"id\":\"x\",\"importMode\":\"create\"}]")
                        .bodyAsJsonObject()
                        .getBoolean("isSuccessful"))
                .isTrue();
    }

    private static JsonObject item(String id, String mode) {
        return new JsonObject().put("id", id).put("importMode", mode);
    }

    @Test
    void bulkOperationsCountEveryDeviceAgainstTheQuota() throws Exception {
        quotas.enforce(true);
        JsonArray fifty = new JsonArray();
        for (int i = 0; i < 50; i++) {
            fifty.add(item("d" + i, "create"));
        }

        assertThat(call(HttpMethod.POST, "/devices", fifty.encode()).statusCode())
                .isEqualTo(200);
        assertThat(call(HttpMethod.POST, "/devices", fifty.encode()).statusCode())
                .isEqualTo(400);
        assertThat(call(HttpMethod.POST, "/devices", fifty.encode()).statusCode())
                .isEqualTo(429);
    }

    @Test
    void devicesAreListedUpToTop() throws Exception {
        for (int i = 0; i < 5; i++) {
            hub.createOrGet("d" + i, hub.newCredential(), null);
        }

        HttpResponse<Buffer> answer = get(client.request(
                        HttpMethod.GET, server.actualPort(), "127.0.0.1", "/devices?top=3&api-version=2021-04-12")
                .virtualHost(HOST)
                .putHeader("Authorization", authorization)
                .send());

        assertThat(answer.bodyAsJsonArray()).hasSize(3);
    }

    @Test
    void aTwinIsReplacedAndItsEtagGuardsIt() throws Exception {
        hub.createOrGet("d", hub.newCredential(), null);
        JsonObject first = call(
                        HttpMethod.PUT, "/twins/d", "{\"tags\":{\"a\":1},\"properties\":{\"desired\":{\"x\":1}}}")
                .bodyAsJsonObject();
        JsonObject second =
                call(HttpMethod.PUT, "/twins/d", "{\"tags\":{\"b\":2}}").bodyAsJsonObject();

        HttpResponse<Buffer> stale = get(request(HttpMethod.PATCH, "/twins/d")
                .putHeader("If-Match", "\"" + first.getString("etag") + "\"")
                .sendBuffer(Buffer.buffer("{\"tags\":{\"c\":3}}")));

        assertThat(second.getJsonObject("tags")).isEqualTo(new JsonObject().put("b", 2));
        JsonObject desired = second.getJsonObject("properties").getJsonObject("desired");
        assertThat(desired.getInteger("x")).isEqualTo(1);
        assertThat(desired.getJsonObject("$metadata").getJsonObject("x").getInteger("$lastUpdatedVersion"))
                .isEqualTo(2);
        assertThat(stale.statusCode()).isEqualTo(412);
        assertThat(call(HttpMethod.PATCH, "/twins/d", "{\"tags\":{\"a.b\":1}}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void aContinuationHoldsForItsQueryAndPageSizeOnly() throws Exception {
        for (int i = 0; i < 5; i++) {
            hub.createOrGet("d" + i, hub.newCredential(), null);
        }
        String query = "{\"query\":\"SELECT TOP 4 deviceId FROM devices\"}";
        String continuation = page(query, "2", null).getHeader("x-ms-continuation");

        assertThat(page(query, "2", continuation).bodyAsJsonArray()).hasSize(2);
        assertThat(page(query, "2", continuation).getHeader("x-ms-continuation"))
                .isNull();
        assertThat(page(query, "3", continuation).statusCode()).isEqualTo(400);
        assertThat(page(query.replace("TOP 4", "TOP 5"), "2", continuation).statusCode())
                .isEqualTo(400);
    }

    private HttpResponse<Buffer> page(String query, String size, String continuation) throws Exception {
        HttpRequest<Buffer> request = request(HttpMethod.POST, "/devices/query").putHeader("x-ms-max-item-count", size);
        if (continuation != null) {
            request.putHeader("x-ms-continuation", continuation);
        }
        return get(request.sendBuffer(Buffer.buffer(query)));
    }

    @Test
    void modulesArePartOfTheirDevice() throws Exception {
        call(HttpMethod.PUT, "/devices/d", "{}");
        assertThat(call(HttpMethod.PUT, "/devices/d/modules/m", "{\"moduleId\":\"m\",\"deviceId\":\"d\"}")
                        .statusCode())
                .isEqualTo(200);
        HttpResponse<Buffer> again = call(HttpMethod.PUT, "/devices/d/modules/m", "{}");
        call(HttpMethod.PATCH, "/twins/d/modules/m", "{\"tags\":{\"a\":1}}");
        JsonArray rows = page("{\"query\":\"SELECT * FROM devices.modules WHERE tags.a = 1\"}", "10", null)
                .bodyAsJsonArray();

        assertThat(again.getHeader("iothub-errorcode")).isEqualTo("ModuleAlreadyExistsOnDevice");
        assertThat(rows).hasSize(1);
        assertThat(rows.getJsonObject(0).getString("moduleId")).isEqualTo("m");
        assertThat(call(HttpMethod.GET, "/devices/d/modules", null).bodyAsJsonArray())
                .hasSize(1);
        assertThat(call(HttpMethod.DELETE, "/devices/d/modules/m", null).statusCode())
                .isEqualTo(204);
        assertThat(call(HttpMethod.GET, "/devices/d/modules/m", null).getHeader("iothub-errorcode"))
                .isEqualTo("ModuleNotFound");
    }

    @Test
    void jobsRunOneAfterTheOtherAndCanBeCancelled() throws Exception {
        for (int i = 0; i < 3; i++) {
            hub.createOrGet("d" + i, hub.newCredential(), null);
        }
        String method = "{\"type\":\"scheduleDeviceMethod\",\"cloudToDeviceMethod\":{\"methodName\":\"m\"},"
                + "\"queryCondition\":\"deviceId IN ['d0','d1']\"}";
        String later = "{\"type\":\"scheduleUpdateTwin\",\"updateTwin\":{\"tags\":{\"a\":1}},\"startTime\":\""
                + Instant.now().plusSeconds(600) + "\"}";

        assertThat(call(HttpMethod.PUT, "/jobs/v2/now", method).statusCode()).isEqualTo(200);
        assertThat(call(HttpMethod.PUT, "/jobs/v2/now", method).statusCode()).isEqualTo(409);
        call(HttpMethod.PUT, "/jobs/v2/later", later);
        JsonObject cancelled =
                call(HttpMethod.POST, "/jobs/v2/later/cancel", null).bodyAsJsonObject();
        waitUntil(() -> hub.jobs().job("now").orElseThrow().status().isFinal());

        assertThat(cancelled.getString("status")).isEqualTo("cancelled");
        JsonObject job = call(HttpMethod.GET, "/jobs/v2/now", null).bodyAsJsonObject();
        assertThat(job.getString("status")).isEqualTo("completed");
        assertThat(job.getJsonObject("deviceJobStatistics").getInteger("failedCount"))
                .isEqualTo(2);
        JsonArray parts =
                page("{\"query\":\"SELECT * FROM devices.jobs\"}", "1", null).bodyAsJsonArray();
        assertThat(parts.getJsonObject(0).getJsonObject("error").getString("code"))
                .isEqualTo("404103");
        assertThat(call(HttpMethod.GET, "/jobs/v2/query", null).bodyAsJsonArray())
                .hasSize(2);
        assertThat(call(HttpMethod.GET, "/jobs/v2/none", null).getHeader("iothub-errorcode"))
                .isEqualTo("JobNotFound");
        assertThat(call(HttpMethod.PUT, "/jobs/v2/bad", method.replace("IN", "IM"))
                        .statusCode())
                .isEqualTo(400);
    }

    private void waitUntil(BooleanSupplier condition) throws Exception {
        Promise<Void> met = Promise.promise();
        long timer = vertx.setPeriodic(5, tick -> {
            if (condition.getAsBoolean()) {
                met.tryComplete();
            }
        });
        met.future().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        vertx.cancelTimer(timer);
    }

    @Test
    void onABasicHubOnlyTheRegistryAnswers() throws Exception {
        tier = new Hub(HOST, HubSku.B1, 1, Clock.systemUTC(), new SecureRandom());
        tier.createOrGet("d", tier.newCredential(), null);

        assertThat(call(HttpMethod.GET, "/devices/d", null).statusCode()).isEqualTo(200);
        for (HttpResponse<Buffer> refused : List.of(
                call(HttpMethod.GET, "/twins/d", null),
                call(HttpMethod.POST, "/twins/d/methods", "{\"methodName\":\"m\"}"),
                call(HttpMethod.DELETE, "/devices/d/commands", null),
                call(HttpMethod.GET, "/jobs/v2/query", null))) {
            assertThat(refused.statusCode()).isEqualTo(403);
            assertThat(refused.getHeader("iothub-errorcode")).isEqualTo("OperationNotAvailableInCurrentTier");
        }
    }

    @Test
    void aFreeHubTakesFiveHundredDevices() throws Exception {
        tier = new Hub(HOST, HubSku.F1, 1, Clock.systemUTC(), new SecureRandom());
        for (int i = 0; i < 500; i++) {
            tier.createOrGet("d" + i, tier.newCredential(), null);
        }

        assertThat(call(HttpMethod.PUT, "/devices/more", "{}").getHeader("iothub-errorcode"))
                .isEqualTo("TooManyDevices");
        call(HttpMethod.DELETE, "/devices/d0", null);
        assertThat(call(HttpMethod.PUT, "/devices/more", "{}").statusCode()).isEqualTo(200);
    }

    @Test
    void eachRoleMayDoItsPart() throws Exception {
        hub.createOrGet("d", hub.newCredential(), null);
        authorization = role(HubPermission.DATA_READER);
        assertThat(call(HttpMethod.GET, "/twins/d", null).statusCode()).isEqualTo(200);
        assertThat(call(HttpMethod.PATCH, "/twins/d", "{}").statusCode()).isEqualTo(401);
        authorization = role(HubPermission.REGISTRY_CONTRIBUTOR);
        assertThat(call(HttpMethod.PUT, "/devices/e", "{}").statusCode()).isEqualTo(200);
        assertThat(call(HttpMethod.GET, "/twins/d", null).statusCode()).isEqualTo(401);
        authorization = role(HubPermission.TWIN_CONTRIBUTOR);
        assertThat(call(HttpMethod.PATCH, "/twins/d", "{}").statusCode()).isEqualTo(200);
        assertThat(call(HttpMethod.DELETE, "/devices/e", null).statusCode()).isEqualTo(401);
    }

    private String role(String role) {
        return bearer(NAMES.hubAudience(), new ServicePrincipal("id", "secret", Set.of(role)));
    }

    @Test
    void onlyTheRightCredentialIsLetIn() throws Exception {
        authorization = bearer(NAMES.centralAudience(), ALLOWED);
        assertThat(statistics()).isEqualTo(401);
        authorization = bearer(NAMES.hubAudience(), new ServicePrincipal("id", "secret", Set.of()));
        assertThat(statistics()).isEqualTo(401);
        authorization = sas("registryRead");
        assertThat(statistics()).isEqualTo(200);
        authorization = sas("service");
        assertThat(statistics()).isEqualTo(401);
        authorization = "";
        assertThat(statistics()).isEqualTo(401);
    }

    @Test
    void overTheQuotaTheHubThrottles() throws Exception {
        quotas.enforce(true);
        HttpResponse<Buffer> last;
        int drained = 0;
        do {
            // On a slow machine a call's worth may have come back before the call.
            while (quotas.tryAcquire(AzureLimit.HUB_QUERIES, hub.name()).isEmpty()) {
                drained++;
            }
            last = call(HttpMethod.POST, "/devices/query", "{\"query\":\"SELECT * FROM devices\"}");
        } while (last.statusCode() == 200);

        assertThat(drained).isGreaterThanOrEqualTo(20);
        assertThat(last.statusCode()).isEqualTo(429);
        assertThat(last.getHeader("Retry-After")).isNotNull();
        assertThat(last.bodyAsJsonObject().getString("Message")).startsWith("ErrorCode:ThrottlingBacklogTimeout;");
    }

    @Test
    void feedbackIsLockedUntilItIsCompletedOrAbandoned() throws Exception {
        String path = "/messages/serviceBound/feedback";
        hub.feedback().add(new FeedbackRecord("m-1", Instant.now(), FeedbackStatus.SUCCESS, "truck-1", "7"));

        HttpResponse<Buffer> first = call(HttpMethod.GET, path, null);
        assertThat(first.bodyAsJsonArray().getJsonObject(0).getString("originalMessageId"))
                .isEqualTo("m-1");
        assertThat(call(HttpMethod.GET, path, null).statusCode()).isEqualTo(204);
        assertThat(call(HttpMethod.POST, path + "/" + tokenOf(first) + "/abandon", null)
                        .statusCode())
                .isEqualTo(204);

        HttpResponse<Buffer> again = call(HttpMethod.GET, path, null);
        assertThat(again.bodyAsJsonArray()).isEqualTo(first.bodyAsJsonArray());
        assertThat(call(HttpMethod.DELETE, path + "/" + tokenOf(first), null).getHeader("iothub-errorcode"))
                .isEqualTo("DeviceMessageLockLost");
        assertThat(call(HttpMethod.DELETE, path + "/" + tokenOf(again), null).statusCode())
                .isEqualTo(204);
        assertThat(call(HttpMethod.GET, path, null).statusCode()).isEqualTo(204);
    }

    private static String tokenOf(HttpResponse<Buffer> answer) {
        return answer.getHeader("ETag").replace("\"", "");
    }

    private int statistics() throws Exception {
        return call(HttpMethod.GET, "/statistics/devices", null).statusCode();
    }

    private String sas(String policy) {
        String key = hub.policies().get(policy).key().secondary();
        return SasToken.sign(HOST, key, Instant.now().plusSeconds(600), policy);
    }

    private String bearer(String audience, ServicePrincipal principal) {
        return "Bearer " + tokens.issue("tenant", principal, audience, Duration.ofHours(1));
    }

    private HttpResponse<Buffer> call(HttpMethod method, String path, String body) throws Exception {
        HttpRequest<Buffer> request = request(method, path);
        return get(body == null ? request.send() : request.sendBuffer(Buffer.buffer(body)));
    }

    private HttpRequest<Buffer> request(HttpMethod method, String path) {
        return client.request(method, server.actualPort(), "127.0.0.1", path + "?api-version=2021-04-12")
                .virtualHost(HOST)
                .putHeader("Authorization", authorization);
    }

    private static <T> T get(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
