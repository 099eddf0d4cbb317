package io.drover.simulator.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.Names;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.entra.ServicePrincipal;
import io.drover.simulator.cloud.http.ExchangeRecorder;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubSku;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.drover.simulator.contract.RecordedContract;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.junit5.VertxExtension;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(VertxExtension.class)
class DpsServiceApiIT {
    private static final String HOST = "target-dps.azure-devices-provisioning.test";

    private final Clock clock = Clock.systemUTC();
    private final Random random = new Random(1);
    private final Names names = new Names("test");
    private final AccessTokens tokens = new AccessTokens("test", clock);
    private final Quotas quotas = new Quotas(1);
    private final Hub hub = new Hub("target-hub.azure-devices.test", HubSku.S1, 1, clock, random);
    private final SymmetricKey keys = SymmetricKey.generate(random);
    private final ProvisioningService service =
            new ProvisioningService("target-dps", "0ne000000AA", List.of(hub), clock, Duration.ZERO, random);

    @TempDir
    private Path recordings;

    private ExchangeRecorder recorder;
    private HttpServer server;
    private WebClient client;
    private String authorization;

    @BeforeEach
    void start(Vertx vertx) throws Exception {
        DpsServiceApi api = new DpsServiceApi(
                vertx, host -> Optional.of(service).filter(found -> host.equals(HOST)), tokens, quotas, names, clock);
        recorder = await(ExchangeRecorder.open(vertx, recordings.resolve("exchanges.ndjson")));
        server = await(vertx.createHttpServer()
                .requestHandler(recorder.around(api.router()))
                .listen(0, "127.0.0.1"));
        client = WebClient.create(vertx);
        authorization = bearer(names.provisioningAudience(), ServicePrincipal.ALL_ROLES);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        await(server.close());
        await(recorder.close());
        RecordedContract.hold(recordings.resolve("exchanges.ndjson"));
    }

    @Test
    void aGroupIsCreatedWithGivenKeysShownWithoutThemAndGivesThemOnDemand() throws Exception {
        HttpResponse<Buffer> created = send(HttpMethod.PUT, "/enrollmentGroups/my%20trucks", group("my trucks"));
        HttpResponse<Buffer> shown = send(HttpMethod.GET, "/enrollmentGroups/my%20trucks", null);
        HttpResponse<Buffer> secrets =
                send(HttpMethod.POST, "/enrollmentGroups/my%20trucks/attestationmechanism", null);

        assertThat(created.statusCode()).isEqualTo(200);
        assertThat(shown.bodyAsJsonObject().getString("enrollmentGroupId")).isEqualTo("my trucks");
        assertThat(created.bodyAsString() + shown.bodyAsString())
                .doesNotContain(keys.primary())
                .doesNotContain(keys.secondary());
        assertThat(secrets.bodyAsJsonObject().getJsonObject("symmetricKey"))
                .isEqualTo(new JsonObject().put("primaryKey", keys.primary()).put("secondaryKey", keys.secondary()));
    }

    @Test
    void updatesAndDeletesNeedTheCurrentEtag() throws Exception {
        String etag = send(HttpMethod.PUT, "/enrollmentGroups/moved", group("moved"))
                .bodyAsJsonObject()
                .getString("etag");

        assertError(send(HttpMethod.PUT, "/enrollmentGroups/moved", group("moved")), 409, 409201);
        assertError(send(HttpMethod.PUT, "/enrollmentGroups/moved", group("moved"), "If-Match", "\"x\""), 412, 412203);
        HttpResponse<Buffer> updated = send(
                HttpMethod.PUT,
                "/enrollmentGroups/moved",
                group("moved").put("provisioningStatus", "disabled"),
                "If-Match",
                '"' + etag + '"');
        assertThat(updated.bodyAsJsonObject().getString("provisioningStatus")).isEqualTo("disabled");
        assertError(send(HttpMethod.DELETE, "/enrollmentGroups/moved", null, "If-Match", etag), 412, 412203);
        String current = updated.bodyAsJsonObject().getString("etag");
        assertThat(send(HttpMethod.DELETE, "/enrollmentGroups/moved", null, "If-Match", current)
                        .statusCode())
                .isEqualTo(204);
        assertError(send(HttpMethod.GET, "/enrollmentGroups/moved", null), 404, 404201);
    }

    @Test
    void registrationsOfAGroupComeInPagesOfAtMostAHundred() throws Exception {
        service.put(EnrollmentGroup.of("moved", keys), null);
        for (int i = 0; i < 250; i++) {
            register("truck-" + i);
        }

        List<String> seen = new ArrayList<>();
        List<Integer> sizes = new ArrayList<>();
        String continuation = "";
        while (continuation != null) {
            HttpResponse<Buffer> page = send(
                    HttpMethod.POST,
                    "/registrations/moved/query",
                    null,
                    "x-ms-max-item-count",
                    "1000",
                    "x-ms-continuation",
                    continuation);
            JsonArray items = page.bodyAsJsonArray();
            sizes.add(items.size());
            items.forEach(item -> seen.add(((JsonObject) item).getString("registrationId")));
            assertThat(items.getJsonObject(0).getString("status")).isEqualTo("assigned");
            assertThat(items.getJsonObject(0).getString("assignedHub")).isEqualTo(hub.hostName());
            continuation = page.getHeader("x-ms-continuation");
        }

        assertThat(sizes).containsExactly(100, 100, 50);
        assertThat(seen).hasSize(250).doesNotHaveDuplicates();
    }

    @Test
    void groupsAreQueriedAndARegistrationIsReadAndDeletedWithoutTouchingTheDevice() throws Exception {
        service.put(EnrollmentGroup.of("moved", keys), null);
        service.put(EnrollmentGroup.of("other", SymmetricKey.generate(random)), null);
        register("truck-1");

        HttpResponse<Buffer> groups = send(
                HttpMethod.POST,
                "/enrollmentGroups/query",
                new JsonObject().put("query", "SELECT * FROM enrollmentGroups"),
                "x-ms-max-item-count",
                "1");
        assertThat(groups.bodyAsJsonArray()).hasSize(1);
        assertThat(groups.getHeader("x-ms-continuation")).isNotEmpty();
        assertThat(send(HttpMethod.GET, "/registrations/truck-1", null)
                        .bodyAsJsonObject()
                        .getString("deviceId"))
                .isEqualTo("truck-1");
        assertThat(send(HttpMethod.DELETE, "/registrations/truck-1", null).statusCode())
                .isEqualTo(204);
        assertError(send(HttpMethod.GET, "/registrations/truck-1", null), 404, 404202);
        assertThat(hub.device("truck-1")).isPresent();
    }

    @Test
    void onlyAPolicyOfTheServiceOrATokenForItsAudienceWithTheRoleGetsIn() throws Exception {
        ProvisioningPolicy owner = service.policies().get(ProvisioningService.OWNER_POLICY);
        authorization =
                SasToken.sign(HOST, owner.key().primary(), clock.instant().plusSeconds(60), owner.name());
        assertError(send(HttpMethod.GET, "/enrollmentGroups/none", null), 404, 404201);

        authorization = SasToken.sign(HOST, keys.primary(), clock.instant().plusSeconds(60), owner.name());
        assertError(send(HttpMethod.GET, "/enrollmentGroups/none", null), 401, 401000);
        authorization =
                SasToken.sign(HOST, owner.key().primary(), clock.instant().minusSeconds(1), owner.name());
        assertError(send(HttpMethod.GET, "/enrollmentGroups/none", null), 401, 401000);
        authorization = bearer(names.hubAudience(), ServicePrincipal.ALL_ROLES);
        assertError(send(HttpMethod.GET, "/enrollmentGroups/none", null), 401, 401000);
        authorization = bearer(names.provisioningAudience(), Set.of(ServicePrincipal.ARM_READER));
        assertError(send(HttpMethod.GET, "/enrollmentGroups/none", null), 403, 403000);
    }

    @Test
    void aDataReaderReadsEnrollmentsAndStatesButNeitherKeysNorWrites() throws Exception {
        send(HttpMethod.PUT, "/enrollmentGroups/moved", group("moved"));
        register("truck-1");
        authorization = bearer(names.provisioningAudience(), Set.of(ServicePrincipal.DPS_READER));

        assertThat(send(HttpMethod.GET, "/enrollmentGroups/moved", null).statusCode())
                .isEqualTo(200);
        assertThat(send(HttpMethod.POST, "/enrollments/query", new JsonObject().put("query", "SELECT *"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(send(HttpMethod.GET, "/registrations/truck-1", null).statusCode())
                .isEqualTo(200);
        assertError(send(HttpMethod.POST, "/enrollmentGroups/moved/attestationmechanism", null), 403, 403000);
        assertError(send(HttpMethod.PUT, "/enrollmentGroups/moved", group("moved")), 403, 403000);
        assertError(send(HttpMethod.DELETE, "/registrations/truck-1", null), 403, 403000);
    }

    @Test
    void badBodiesAreRefusedWithTheReasonAndCallsOverTheQuotaWithRetryAfter() throws Exception {
        assertError(
                send(HttpMethod.PUT, "/enrollmentGroups/moved", group("moved").put("allocationPolicy", "nearest")),
                400,
                400000);
        assertError(
                send(
                        HttpMethod.PUT,
                        "/enrollmentGroups/moved",
                        group("moved").put("iotHubs", new JsonArray().add("x"))),
                400,
                400000);
        assertError(send(HttpMethod.PUT, "/enrollmentGroups/moved", null), 400, 400000);

        HttpResponse<Buffer> throttled;
        int drained = 0;
        do {
            while (quotas.tryAcquire(AzureLimit.DPS_SERVICE_OPERATIONS, service.idScope())
                    .isEmpty()) {
                drained++;
            }
            throttled = send(HttpMethod.GET, "/enrollmentGroups/moved", null);
        } while (throttled.statusCode() == 404);
        assertThat(drained).isPositive();
        assertError(throttled, 429, 429001);
        assertThat(throttled.getHeader("Retry-After")).isEqualTo("1");
    }

    private JsonObject group(String id) {
        JsonObject symmetricKey =
                new JsonObject().put("primaryKey", keys.primary()).put("secondaryKey", keys.secondary());
        return new JsonObject()
                .put("enrollmentGroupId", id)
                .put("attestation", new JsonObject().put("type", "symmetricKey").put("symmetricKey", symmetricKey));
    }

    private void register(String id) {
        String token = SasToken.sign(
                service.idScope() + "/registrations/" + id,
                keys.derive(id).primary(),
                clock.instant().plusSeconds(60),
                "registration");
        service.register(id, DeviceProof.of(SasToken.parse(token).orElseThrow()), null);
    }

    private String bearer(String audience, Set<String> roles) {
        return "Bearer "
                + tokens.issue("tenant", new ServicePrincipal("app", "secret", roles), audience, Duration.ofHours(1));
    }

    private HttpResponse<Buffer> send(HttpMethod method, String path, JsonObject body, String... headers)
            throws Exception {
        MultiMap all = MultiMap.caseInsensitiveMultiMap().add("Authorization", authorization);
        for (int i = 0; i < headers.length; i += 2) {
            all.add(headers[i], headers[i + 1]);
        }
        RequestOptions options = new RequestOptions()
                .setServer(SocketAddress.inetSocketAddress(server.actualPort(), "127.0.0.1"))
                .setHost(HOST)
                .setPort(80)
                .setURI(path + "?api-version=2021-10-01");
        var request = client.request(method, options).putHeaders(all);
        return await(body == null ? request.send() : request.sendJsonObject(body));
    }

    private static void assertError(HttpResponse<Buffer> response, int status, int code) {
        assertThat(response.statusCode()).as(response.bodyAsString()).isEqualTo(status);
        assertThat(response.getHeader("x-ms-error-code")).isEqualTo(Integer.toString(code));
        assertThat(response.bodyAsJsonObject().getInteger("errorCode")).isEqualTo(code);
        assertThat(response.bodyAsJsonObject().getString("trackingId")).isNotEmpty();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
