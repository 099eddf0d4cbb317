package io.drover.simulator.cloud.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.Names;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.entra.ServicePrincipal;
import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.cloud.sas.SasToken;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HubRestApiIT {
    private static final Names NAMES = new Names("test");
    private static final String HOST = NAMES.hub("target-hub");
    private static final ServicePrincipal ALLOWED = new ServicePrincipal("id", "secret", ServicePrincipal.ALL_ROLES);

    private final Vertx vertx = Vertx.vertx();
    private final Hub hub = new Hub(HOST, HubSku.S1, 1, Clock.systemUTC(), new SecureRandom());
    private final AccessTokens tokens = new AccessTokens("test", Clock.systemUTC());
    private final Quotas quotas = new Quotas(1);
    private final WebClient client = WebClient.create(vertx);
    private HttpServer server;
    private String authorization = bearer(NAMES.hubAudience(), ALLOWED);

    @BeforeEach
    void start() throws Exception {
        quotas.enforce(false);
        HubRestApi api = new HubRestApi(
                vertx,
                host -> host.equals(HOST) ? Optional.of(hub) : Optional.empty(),
                tokens,
                quotas,
                NAMES,
                Clock.systemUTC());
        server = get(vertx.createHttpServer().requestHandler(api.router()).listen(0, "127.0.0.1"));
    }

    @AfterEach
    void stop() throws Exception {
        get(vertx.close());
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
        HttpResponse<Buffer> last = null;
        for (int i = 0; i < 21; i++) {
            last = call(HttpMethod.POST, "/devices/query", "{\"query\":\"SELECT * FROM devices\"}");
        }

        assertThat(last.statusCode()).isEqualTo(429);
        assertThat(last.getHeader("Retry-After")).isNotNull();
        assertThat(last.bodyAsJsonObject().getString("Message")).startsWith("ErrorCode:ThrottlingBacklogTimeout;");
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
