package io.drover.worker.dispatch;

import static io.drover.worker.azure.ScriptedAzure.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.ScriptedAzure;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.device.DeviceKey;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.Evidence;
import io.drover.worker.device.EvidenceKind;
import io.drover.worker.source.HubSource;
import io.drover.worker.source.MoveTarget;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What each documented answer of a hub to a direct method is taken for. */
class DirectMethodOutcomeIT {
    private static final Instant NOW = Instant.parse("2026-11-24T00:00:00Z");
    private static final String HOST = "hub.example.test";

    private static final AtomicReference<Answer> ANSWER = new AtomicReference<>();
    private static ScriptedAzure azure;

    @BeforeAll
    static void listen() throws Exception {
        azure = new ScriptedAzure(request -> {
            Answer answer = ANSWER.get();
            if (answer.header() != null) {
                request.response().putHeader("iothub-errorcode", answer.header());
            }
            request.response().setStatusCode(answer.status()).end(answer.body().toBuffer());
        });
    }

    @AfterAll
    static void close() {
        azure.close();
    }

    private record Answer(int status, String header, JsonObject body) {}

    @Test
    void theDevicesOwnStatusIsTheAnswerAndHttp200IsNot() throws Exception {
        assertThat(kind(200, own(200))).isEqualTo(EvidenceKind.COMMAND_ACCEPTED);
        assertThat(kind(200, own(202))).isEqualTo(EvidenceKind.COMMAND_ACCEPTED);
        assertThat(kind(200, own(403))).isEqualTo(EvidenceKind.REFUSED);
        assertThat(kind(200, own(404))).isEqualTo(EvidenceKind.NO_HANDLER);
    }

    @Test
    void anOfflineDeviceIsToldByBothFormsOfTheBodyAndByTheHeaderAlone() throws Exception {
        assertThat(kind(404, old("DeviceNotOnline", "Timed out waiting for device to connect.")))
                .isEqualTo(EvidenceKind.OFFLINE);
        assertThat(kind(404, nested(404103, "The operation failed because the requested device isn't online.")))
                .isEqualTo(EvidenceKind.OFFLINE);
        assertThat(evidence(new Answer(404, "DeviceNotOnline", new JsonObject()))
                        .kind())
                .isEqualTo(EvidenceKind.OFFLINE);
    }

    @Test
    void aDeviceThatIsNotThereIsUnknownAndOneWhoseConnectionBrokeMayHaveMoved() throws Exception {
        assertThat(kind(404, old("DeviceNotFound", "Device truck-1 not found"))).isEqualTo(EvidenceKind.DEVICE_UNKNOWN);
        assertThat(kind(404, nested(404001, "not registered"))).isEqualTo(EvidenceKind.DEVICE_UNKNOWN);
        assertThat(kind(404, nested(404104, "closed remotely"))).isEqualTo(EvidenceKind.UNKNOWN_OUTCOME);
    }

    @Test
    void noAnswerInTimeIsAnUnknownOutcome() throws Exception {
        assertThat(kind(504, nested(504101, "Timed out waiting for the response from device.")))
                .isEqualTo(EvidenceKind.UNKNOWN_OUTCOME);
        assertThat(kind(500, old("ServerError", "try again"))).isEqualTo(EvidenceKind.UNKNOWN_OUTCOME);
    }

    @Test
    void aDisabledDeviceIsItsOwnMatterButWantOfRightsIsEverybodys() throws Exception {
        assertThat(kind(403, nested(403012, "disabled"))).isEqualTo(EvidenceKind.DISABLED);
        assertThat(kind(403, old("DeviceDisabled", "disabled"))).isEqualTo(EvidenceKind.DISABLED);
        assertThat(kind(401, old("IotHubUnauthorizedAccess", "Unauthorized"))).isEqualTo(EvidenceKind.FORBIDDEN);
    }

    @Test
    void throttlingAndAUsedUpDayAreNotCarriedOutAndSayHowLongToWait() throws Exception {
        assertThat(kind(429, old("ThrottlingBacklogTimeout", "Wait 10 seconds")))
                .isEqualTo(EvidenceKind.THROTTLED);
        AtomicReference<Throwable> cause = new AtomicReference<>();
        assertThat(evidence(new Answer(403, null, old("IotHubQuotaExceeded", "Total number of messages")), cause)
                        .kind())
                .isEqualTo(EvidenceKind.THROTTLED);
        assertThat(((AzureException) cause.get()).retryAfter()).contains(Duration.ofMinutes(5));
    }

    @Test
    void theMethodIsCalledOnceWithTheDocumentedBodyAndWithoutWaitingForTheDeviceToConnect() throws Exception {
        AtomicReference<JsonObject> body = new AtomicReference<>();
        try (ScriptedAzure silent = new ScriptedAzure(request -> request.body().onSuccess(sent -> {
            body.set(sent.toJsonObject());
            request.response().setStatusCode(504).end();
        }))) {
            evidence(silent, new AtomicReference<>());

            assertThat(silent.asked)
                    .containsExactly("POST " + HOST + " /twins/truck%231/methods?api-version=2021-04-12");
            assertThat(body.get())
                    .isEqualTo(new JsonObject()
                            .put("methodName", "migration*DeviceMove")
                            .put(
                                    "payload",
                                    new JsonObject()
                                            .put("idScope", "0ne00000001")
                                            .put("dpsName", "target-dps")
                                            .put("dpsId", "/dps"))
                            .put("responseTimeoutInSeconds", 30)
                            .put("connectTimeoutInSeconds", 0));
        }
    }

    private static JsonObject own(int status) {
        return new JsonObject().put("status", status).put("payload", new JsonObject());
    }

    private static JsonObject old(String name, String message) {
        return new JsonObject()
                .put("Message", "ErrorCode:" + name + ";" + message)
                .put("ExceptionMessage", "Tracking ID:x-TimeStamp:y");
    }

    private static JsonObject nested(int code, String message) {
        JsonObject inner = new JsonObject().put("errorCode", code).put("message", message);
        return new JsonObject().put("Message", inner.encode()).put("ExceptionMessage", "");
    }

    private static EvidenceKind kind(int status, JsonObject body) throws Exception {
        return evidence(new Answer(status, null, body)).kind();
    }

    private static Evidence evidence(Answer answer) throws Exception {
        return evidence(answer, new AtomicReference<>());
    }

    private static Evidence evidence(Answer answer, AtomicReference<Throwable> cause) throws Exception {
        ANSWER.set(answer);
        return evidence(azure, cause);
    }

    private static Evidence evidence(ScriptedAzure server, AtomicReference<Throwable> cause) throws Exception {
        HubClient hub = new HubClient(
                server.http(ScriptedAzure.SECRET, new SimpleMeterRegistry()), HOST, "https://iothubs.example.test");
        HubSource source = new HubSource(hub, null, null, Map.of(), false, "migration*DeviceMove");
        DeviceRow row =
                DeviceRow.discovered(new DeviceKey(1, "truck#1"), new DiscoveredDevice("truck#1", null, null), NOW);
        Future<Evidence> outcome = source.move(
                        row, new MoveTarget("0ne00000001", "target-dps", "/dps"), Duration.ofSeconds(30))
                .map(reply -> CommandOutcome.of(reply, 1, NOW))
                .otherwise(failure -> {
                    cause.set(failure);
                    return CommandOutcome.of(failure, 1, NOW);
                });
        return await(outcome);
    }
}
