package io.drover.simulator.cloud.central;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.Names;
import io.drover.simulator.cloud.dps.DeviceProof;
import io.drover.simulator.cloud.dps.ProvisioningService;
import io.drover.simulator.cloud.dps.RegistrationStatus;
import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.cloud.entra.ServicePrincipal;
import io.drover.simulator.cloud.http.ExchangeRecorder;
import io.drover.simulator.cloud.http.VirtualHosts;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubSku;
import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.contract.RecordedContract;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CentralApiIT {
    private static final String TRUCK = "dtmi:drover:truck;1";
    private static final String HOST = "source-app.azureiotcentral.test";

    private final Clock clock = Clock.systemUTC();
    private final Names names = new Names("test");
    private final AccessTokens tokens = new AccessTokens("test", clock);
    private final Quotas quotas = new Quotas(1);
    private final Hub hub = new Hub("iotc-1.azure-devices.test", HubSku.S1, 1, clock, new Random(1));
    private final ProvisioningService provisioning =
            new ProvisioningService(null, "0ne00000001", List.of(hub), clock, Duration.ZERO, new Random(2));
    private final CentralApp app = new CentralApp("source-app", "Source", "1", hub, provisioning, clock, new Random(3));
    private final String administrator = token(ServicePrincipal.ALL_ROLES, "https://apps.azureiotcentral.test");

    @TempDir
    private Path recordings;

    private ExchangeRecorder recorder;
    private Vertx vertx;
    private WebClient client;
    private int port;

    @BeforeEach
    void start() throws Exception {
        vertx = Vertx.vertx();
        client = WebClient.create(vertx);
        app.addTemplate(DeviceTemplate.of(TRUCK, "Truck", MoveCommand.COMPONENT));
        app.addGroup(new DeviceGroup(
                "all-trucks",
                "All trucks",
                DeviceFilter.parse("SELECT * FROM devices WHERE $template = \"" + TRUCK + "\""),
                null));
        quotas.enforce(false);
        CentralApi api = new CentralApi(
                vertx, host -> host.equals(HOST) ? Optional.of(app) : Optional.empty(), tokens, quotas, names, clock);
        VirtualHosts hosts = new VirtualHosts().route(names::isCentral, api.router());
        recorder = await(ExchangeRecorder.open(vertx, recordings.resolve("exchanges.ndjson")));
        port = await(vertx.createHttpServer()
                        .requestHandler(recorder.around(hosts.handler()))
                        .listen(0, "127.0.0.1"))
                .actualPort();
    }

    @AfterEach
    void stop() throws Exception {
        await(recorder.close());
        await(vertx.close());
        RecordedContract.hold(recordings.resolve("exchanges.ndjson"));
    }

    @Test
    void aCallerWithoutTokenRoleVersionOrApplicationIsRefused() throws Exception {
        // Given
        String stranger = token(Set.of(ServicePrincipal.ARM_READER), "https://apps.azureiotcentral.test");
        String elsewhere = token(ServicePrincipal.ALL_ROLES, "https://management.azure.test");

        // When / Then
        assertThat(send(HttpMethod.GET, "/api/devices?api-version=2022-07-31", null, null)
                        .statusCode())
                .isEqualTo(401);
        assertThat(send(HttpMethod.GET, "/api/devices?api-version=2022-07-31", null, elsewhere)
                        .statusCode())
                .isEqualTo(401);
        assertThat(send(HttpMethod.GET, "/api/devices?api-version=2022-07-31", null, stranger)
                        .statusCode())
                .isEqualTo(403);
        assertThat(send(HttpMethod.GET, "/api/devices", null, administrator).statusCode())
                .isEqualTo(400);
        HttpResponse<Buffer> unknown = call(HttpMethod.GET, "/api/devices/nobody", null);
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.getHeader("x-ms-error-code")).isEqualTo("NotFound");
        assertThat(unknown.bodyAsJsonObject().getJsonObject("error").getMap())
                .containsKeys("code", "message", "requestId", "time");
        assertThat(call(HttpMethod.GET, "/api/nothing", null).statusCode()).isEqualTo(404);
    }

    @Test
    void aGroupListsItsDevicesOnceOverAllPages() throws Exception {
        // Given
        app.addDevices(
                TRUCK,
                false,
                IntStream.range(0, 250).mapToObj(i -> "truck-" + i).toList());
        app.addDevices(null, false, List.of("unassigned"));

        // When
        List<String> ids = new ArrayList<>();
        String next = "/api/deviceGroups/all-trucks/devices?api-version=2022-07-31";
        int pages = 0;
        while (next != null) {
            JsonObject page = send(HttpMethod.GET, next, null, administrator).bodyAsJsonObject();
            page.getJsonArray("value").forEach(device -> ids.add(((JsonObject) device).getString("id")));
            String link = page.getString("nextLink");
            next = link == null ? null : link.substring(link.indexOf("/api/"));
            pages++;
        }

        // Then
        assertThat(pages).isEqualTo(3);
        assertThat(ids).hasSize(250).doesNotContain("unassigned");
        assertThat(new HashSet<>(ids)).hasSize(250);
    }

    @Test
    void aDeviceIdThatNeedsPercentEncodingWorksEverywhere() throws Exception {
        // Given
        String path = "/api/devices/truck%2342%25a%3Fb%20".replace("%20", "");

        // When
        JsonObject created = call(HttpMethod.PUT, path, new JsonObject().put("template", TRUCK))
                .bodyAsJsonObject();

        // Then
        assertThat(created.getString("id")).isEqualTo("truck#42%a?b");
        JsonObject credentials =
                call(HttpMethod.GET, path + "/credentials", null).bodyAsJsonObject();
        assertThat(credentials.getString("idScope")).isEqualTo("0ne00000001");
        assertThat(credentials.getJsonObject("symmetricKey").getString("primaryKey"))
                .isEqualTo(app.factory().keys().derive("truck#42%a?b").primary());
        assertThat(call(HttpMethod.POST, path + "/components/migration/commands/DeviceMove", new JsonObject())
                        .statusCode())
                .isEqualTo(404);
        assertThat(app.commands().of("truck#42%a?b")).hasSize(1);
        assertThat(call(HttpMethod.DELETE, path, null).statusCode()).isEqualTo(204);
        assertThat(call(HttpMethod.GET, path, null).statusCode()).isEqualTo(404);
    }

    @Test
    void keysOfAnEnrollmentGroupAreShownAndCannotBeSharedByTwo() throws Exception {
        // Given
        JsonObject theDefault = call(HttpMethod.GET, "/api/enrollmentGroups/SAS-IoT-Devices", null)
                .bodyAsJsonObject();
        JsonObject group = new JsonObject()
                .put("displayName", "Copy")
                .put("type", "iot")
                .put("attestation", theDefault.getJsonObject("attestation"));

        // When / Then
        assertThat(theDefault
                        .getJsonObject("attestation")
                        .getJsonObject("symmetricKey")
                        .getString("primaryKey"))
                .isEqualTo(app.factory().keys().primary());
        assertThat(call(HttpMethod.PUT, "/api/enrollmentGroups/copy", group).statusCode())
                .isEqualTo(409);
        group.put("attestation", new JsonObject().put("type", "symmetricKey"));
        JsonObject fresh =
                call(HttpMethod.PUT, "/api/enrollmentGroups/copy", group).bodyAsJsonObject();
        assertThat(fresh.getJsonObject("attestation")
                        .getJsonObject("symmetricKey")
                        .getString("primaryKey"))
                .isNotBlank();
    }

    @Test
    void anUnknownOrBlockedDeviceIsRefusedByTheApplicationsOwnProvisioningService() throws Exception {
        // Given
        app.addDevices(TRUCK, false, List.of("known", "blocked"));
        call(HttpMethod.PATCH, "/api/devices/blocked", new JsonObject().put("enabled", false));

        // When / Then
        assertThat(register("known")).isEqualTo(0);
        assertThat(register("blocked")).isEqualTo(400207);
        assertThat(register("stranger")).isEqualTo(400207);
        assertThat(hub.device("known")).isPresent();
        assertThat(hub.device("stranger")).isEmpty();
        assertThat(call(HttpMethod.GET, "/api/devices/known", null)
                        .bodyAsJsonObject()
                        .getBoolean("provisioned"))
                .isTrue();
    }

    @Test
    void aCommandToADeviceThatIsNotConnectedSaysSoAndIsOnRecord() throws Exception {
        // Given
        app.addDevices(TRUCK, false, List.of("truck-1"));
        register("truck-1");
        String path = "/api/devices/truck-1/components/migration/commands/DeviceMove";

        // When
        HttpResponse<Buffer> answer =
                call(HttpMethod.POST, path, new JsonObject().put("request", new JsonObject().put("idScope", "0ne2")));

        // Then
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.getHeader("x-ms-error-code")).isEqualTo("DeviceNotConnected");
        CommandRecord record = app.commands().of("truck-1").get(0);
        assertThat(record.outcome()).isEqualTo(CommandOutcome.NOT_CONNECTED);
        assertThat(record.deliveredAt()).isNull();
        assertThat(call(HttpMethod.GET, path, null).bodyAsJsonObject().getJsonArray("value"))
                .hasSize(1);
        assertThat(call(HttpMethod.POST, path, new JsonObject().put("responseTimeout", 4))
                        .statusCode())
                .isEqualTo(400);
        assertThat(call(HttpMethod.POST, "/api/devices/truck-1/commands/DeviceMove", new JsonObject())
                        .statusCode())
                .isEqualTo(422);
    }

    @Test
    void aFilterThatCannotBeReadIsRefused() throws Exception {
        JsonObject group = new JsonObject().put("displayName", "Bad").put("filter", "SELECT * FROM devices WHERE");

        HttpResponse<Buffer> answer = call(HttpMethod.PUT, "/api/deviceGroups/bad", group);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.bodyAsString()).contains("character 28");
    }

    @Test
    void callsOverTheRateAreTurnedAwayWithATimeToRetry() throws Exception {
        // Given
        quotas.enforce(true);

        // When
        HttpResponse<Buffer> answer = call(HttpMethod.GET, "/api/devices", null);
        for (int i = 0; i < 200 && answer.statusCode() == 200; i++) {
            answer = call(HttpMethod.GET, "/api/devices", null);
        }

        // Then
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(Integer.parseInt(answer.getHeader("retry-after"))).isPositive();
        assertThat(answer.bodyAsJsonObject().getJsonObject("error").getString("code"))
                .isEqualTo("TooManyRequests");
    }

    @Test
    void aJobCommandsEveryDeviceOfItsGroupInBatches() throws Exception {
        // Given
        app.addDevices(
                TRUCK, false, IntStream.range(0, 25).mapToObj(i -> "truck-" + i).toList());
        JsonObject job = new JsonObject()
                .put("group", "all-trucks")
                .put("batch", new JsonObject().put("type", "number").put("value", 10))
                .put(
                        "data",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("type", "command")
                                        .put("target", TRUCK)
                                        .put("path", "migration.DeviceMove")
                                        .put("value", new JsonObject().put("idScope", "0ne2"))));

        // When
        assertThat(call(HttpMethod.PUT, "/api/jobs/move", job).statusCode()).isEqualTo(200);
        JsonObject shown = call(HttpMethod.GET, "/api/jobs/move", null).bodyAsJsonObject();
        for (int i = 0; i < 100 && !shown.getString("status").equals("failed"); i++) {
            await(vertx.timer(20));
            shown = call(HttpMethod.GET, "/api/jobs/move", null).bodyAsJsonObject();
        }

        // Then: no device is connected, so every one failed, and each was commanded exactly once
        assertThat(shown.getString("status")).isEqualTo("failed");
        assertThat(shown.getJsonObject("progress").getInteger("failed")).isEqualTo(25);
        assertThat(app.devices().map(device -> app.commands().of(device.id()).size()))
                .containsOnly(1);
        assertThat(call(HttpMethod.PUT, "/api/jobs/move", job).statusCode()).isEqualTo(409);
        assertThat(call(HttpMethod.PUT, "/api/jobs/move/rerun/again", null)
                        .bodyAsJsonObject()
                        .getJsonObject("progress")
                        .getInteger("total"))
                .isEqualTo(25);
    }

    private int register(String id) {
        String key = app.factory().keys().derive(id).primary();
        SasToken token = SasToken.parse(SasToken.sign(
                        "0ne00000001/registrations/" + id, key, clock.instant().plusSeconds(60), "registration"))
                .orElseThrow();
        var registration = provisioning.register(id, DeviceProof.of(token), null);
        return provisioning.statusOf(registration) == RegistrationStatus.ASSIGNED ? 0 : registration.errorCode();
    }

    private String token(Set<String> roles, String audience) {
        return "Bearer "
                + tokens.issue(
                        "tenant", new ServicePrincipal("caller", "secret", roles), audience, Duration.ofHours(1));
    }

    private HttpResponse<Buffer> call(HttpMethod method, String path, JsonObject body) throws Exception {
        return send(method, path + "?api-version=2022-07-31", body, administrator);
    }

    private HttpResponse<Buffer> send(HttpMethod method, String uri, JsonObject body, String authorization)
            throws Exception {
        HttpRequest<Buffer> request =
                client.request(method, SocketAddress.inetSocketAddress(port, "127.0.0.1"), port, HOST, uri);
        if (authorization != null) {
            request.putHeader("authorization", authorization);
        }
        return await(body == null ? request.send() : request.sendJsonObject(body));
    }

    private static <T> T await(io.vertx.core.Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
