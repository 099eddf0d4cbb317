package io.drover.simulator.cloud.dps;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubSku;
import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.junit5.VertxExtension;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The device API over HTTP, and custom allocation by a webhook that really listens. */
@ExtendWith(VertxExtension.class)
class DpsDeviceApiIT {
    private static final String ID_SCOPE = "0ne000000AA";
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final Clock clock = Clock.systemUTC();
    private final Random random = new Random(1);
    private final SymmetricKey keys = SymmetricKey.generate(random);
    private final Hub east = new Hub("east.azure-devices.test", HubSku.S1, 1, clock, random);
    private final Hub west = new Hub("west.azure-devices.test", HubSku.S1, 1, clock, random);
    private final ProvisioningService service =
            new ProvisioningService("target-dps", ID_SCOPE, List.of(east, west), clock, Duration.ofMillis(100), random);
    private final BlockingQueue<JsonObject> asked = new LinkedBlockingQueue<>();
    private Vertx vertx;
    private HttpServer server;
    private HttpServer webhook;
    private WebClient client;
    private int webhookStatus = 200;
    private JsonObject webhookAnswer;

    @BeforeEach
    void start(Vertx started) throws Exception {
        vertx = started;
        service.webhook(new CustomAllocationWebhook(vertx));
        DpsDeviceApi api = new DpsDeviceApi(
                vertx, scope -> Optional.of(service).filter(found -> scope.equals(ID_SCOPE)), new Quotas(1), clock);
        server = await(vertx.createHttpServer().requestHandler(api.router()).listen(0, "127.0.0.1"));
        webhook = await(vertx.createHttpServer()
                .requestHandler(request -> request.body().onSuccess(body -> {
                    asked.add(body.toJsonObject());
                    request.response().setStatusCode(webhookStatus).end(webhookAnswer.encode());
                }))
                .listen(0, "127.0.0.1"));
        client = WebClient.create(vertx);
    }

    @AfterEach
    void stop() throws Exception {
        client.close();
        await(server.close());
        await(webhook.close());
    }

    @Test
    void aRegistrationIsAcceptedWithItsLocationPolledThereAndLookedUp() throws Exception {
        service.put(EnrollmentGroup.of("moved", keys), null);

        HttpResponse<Buffer> accepted = register("truck-1", token("truck-1", 600));
        URI location = URI.create(accepted.getHeader("Location"));
        HttpResponse<Buffer> assigned =
                until(200, () -> send(HttpMethod.GET, location.getPath(), token("truck-1", 600), null));
        HttpResponse<Buffer> otherKey = send(
                HttpMethod.POST,
                "/" + ID_SCOPE + "/registrations/TRUCK-1",
                token("TRUCK-1", "truck-1"),
                body("TRUCK-1"));

        assertThat(accepted.statusCode()).isEqualTo(202);
        assertThat(accepted.getHeader("Retry-After")).isEqualTo("3");
        assertThat(location.getPath())
                .endsWith("/operations/" + accepted.bodyAsJsonObject().getString("operationId"));
        assertThat(assigned.bodyAsJsonObject().getString("status")).isEqualTo("assigned");
        assertThat(otherKey.statusCode()).as(otherKey.bodyAsString()).isEqualTo(401);
        HttpResponse<Buffer> own = send(
                HttpMethod.POST, "/" + ID_SCOPE + "/registrations/truck-1", token("truck-1", 600), body("truck-1"));
        assertThat(own.bodyAsJsonObject().getString("registrationId")).isEqualTo("truck-1");
        assertThat(own.bodyAsJsonObject().getJsonObject("symmetricKey").getString("enrollmentGroupId"))
                .isEqualTo("moved");
    }

    @Test
    void refusalsSayWhy() throws Exception {
        service.put(EnrollmentGroup.of("moved", keys), null);

        assertError(register("truck-1", token("truck-1", -60)), 401, 401000);
        assertError(register("truck-1", null), 401, 401000);
        assertError(register("no%20id", token("no id", 600)), 400, 400004);
        assertError(
                send(HttpMethod.POST, "/" + ID_SCOPE + "/registrations/never", token("never", 600), body("never")),
                404,
                404202);
        assertError(
                send(
                        HttpMethod.PUT,
                        "/0ne00000BAD/registrations/truck-1/register",
                        token("truck-1", 600),
                        body("truck-1")),
                401,
                401000);
    }

    @Test
    void aWebhookChoosesTheHubTheTwinAndThePayload() throws Exception {
        webhookAnswer = new JsonObject()
                .put("iotHubHostName", west.hostName())
                .put("initialTwin", new JsonObject().put("tags", new JsonObject().put("by", "webhook")))
                .put("payload", new JsonObject().put("hello", "device"));
        custom();

        HttpResponse<Buffer> accepted = register("truck-1", token("truck-1", 600));
        JsonObject request = asked.poll(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        String path = "/" + ID_SCOPE + "/registrations/truck-1/operations/"
                + accepted.bodyAsJsonObject().getString("operationId");
        settled("truck-1");
        JsonObject state = until(200, () -> send(HttpMethod.GET, path, token("truck-1", 600), null))
                .bodyAsJsonObject()
                .getJsonObject("registrationState");

        assertThat(accepted.statusCode()).isEqualTo(202);
        assertThat(request.getJsonObject("enrollmentGroup").getString("enrollmentGroupId"))
                .isEqualTo("custom");
        assertThat(request.encode()).doesNotContain(keys.primary());
        assertThat(request.getJsonObject("deviceRuntimeContext").getJsonObject("payload"))
                .isEqualTo(new JsonObject().put("model", "x"));
        assertThat(request.getJsonArray("linkedHubs")).contains(east.hostName(), west.hostName());
        assertThat(state.getString("assignedHub")).isEqualTo(west.hostName());
        assertThat(state.getJsonObject("payload").getString("hello")).isEqualTo("device");
        assertThat(west.device("truck-1").orElseThrow().twin().tags().getString("by"))
                .isEqualTo("webhook");
    }

    @Test
    void aWebhookThatRefusesFailsTheRegistrationAsDocumented() throws Exception {
        webhookStatus = 404;
        webhookAnswer = new JsonObject();
        custom();

        register("truck-1", token("truck-1", 600));
        settled("truck-1");

        Registration failed = service.registration("truck-1").orElseThrow();
        assertThat(failed.outcome()).isEqualTo(RegistrationStatus.FAILED);
        assertThat(failed.errorCode()).isEqualTo(400207);
        assertThat(failed.errorMessage()).isEqualTo("Custom allocation failed with status code: 404");
        assertThat(east.deviceCount() + west.deviceCount()).isZero();
    }

    private void custom() {
        service.put(
                new EnrollmentGroup(
                        "custom",
                        AttestationMechanism.of(keys),
                        new EnrollmentSettings(
                                true,
                                AllocationPolicy.CUSTOM,
                                List.of(),
                                new CustomAllocation(
                                        "http://127.0.0.1:" + webhook.actualPort() + "/allocate?code=1", "2021-10-01"),
                                ReprovisionPolicy.DEFAULT,
                                null,
                                false),
                        null,
                        null,
                        null),
                null);
    }

    /** Looks at the service itself, as polls are throttled. */
    private void settled(String id) throws Exception {
        long end = System.nanoTime() + DEADLINE.toNanos();
        while (service.statusOf(service.registration(id).orElseThrow()) == RegistrationStatus.ASSIGNING) {
            assertThat(System.nanoTime()).as("decided in time").isLessThan(end);
            await(vertx.timer(10));
        }
    }

    private interface Call {
        HttpResponse<Buffer> send() throws Exception;
    }

    private HttpResponse<Buffer> until(int status, Call call) throws Exception {
        long end = System.nanoTime() + DEADLINE.toNanos();
        HttpResponse<Buffer> answer = call.send();
        while (answer.statusCode() != status && System.nanoTime() < end) {
            await(vertx.timer(500));
            answer = call.send();
        }
        assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(status);
        return answer;
    }

    private HttpResponse<Buffer> register(String id, String token) throws Exception {
        return send(
                HttpMethod.PUT,
                "/" + ID_SCOPE + "/registrations/" + id + "/register",
                token,
                body(id.replace("%20", " ")));
    }

    private static JsonObject body(String id) {
        return new JsonObject().put("registrationId", id).put("payload", new JsonObject().put("model", "x"));
    }

    private HttpResponse<Buffer> send(HttpMethod method, String path, String token, JsonObject body) throws Exception {
        HttpRequest<Buffer> request =
                client.request(method, server.actualPort(), "127.0.0.1", path + "?api-version=2021-06-01");
        if (token != null) {
            request.putHeader("Authorization", token);
        }
        return await(body == null ? request.send() : request.sendJsonObject(body));
    }

    private String token(String id, int seconds) {
        return token(id, id, seconds);
    }

    private String token(String id, String derivedFrom) {
        return token(id, derivedFrom, 600);
    }

    private String token(String id, String derivedFrom, int seconds) {
        return SasToken.sign(
                ID_SCOPE + "/registrations/" + id,
                keys.derive(derivedFrom).primary(),
                Instant.now().plusSeconds(seconds),
                "registration");
    }

    private static void assertError(HttpResponse<Buffer> answer, int status, int code) {
        assertThat(answer.statusCode()).as(answer.bodyAsString()).isEqualTo(status);
        assertThat(answer.bodyAsJsonObject().getInteger("errorCode")).isEqualTo(code);
        assertThat(answer.getHeader("x-ms-error-code")).isEqualTo(Integer.toString(code));
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    }
}
