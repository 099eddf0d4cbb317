package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a REST caller meets under each fault, over real sockets. */
@Timeout(120)
class HttpFaultsIT {
    private static final String DEVICES = "/api/devices";
    private static final String HUB_SCOPE = "https://iothubs.azure.test/.default";
    private static final String ARM_SCOPE = "https://management.azure.test/.default";
    private static final String VERSION = "?api-version=2022-07-31";

    @TempDir
    static Path data;

    private static RunningCloud cloud;
    private static String central;

    @BeforeAll
    static void start() throws Exception {
        cloud = new RunningCloud(data);
        central = "Bearer " + cloud.token("https://apps.azureiotcentral.test/.default");
    }

    @AfterAll
    static void stop() throws Exception {
        cloud.stopWhereNothingIsAsDocumented();
    }

    @AfterEach
    void repair() throws Exception {
        cloud.noFaults();
    }

    @ParameterizedTest
    @CsvSource({
        "throttled, 429, TooManyRequests, 1",
        "throttled-without-retry-after, 429, TooManyRequests,",
        "throttled-with-wrong-retry-after, 429, TooManyRequests, soon",
        "server-error, 500, InternalServerError,",
        "unavailable, 503, ServiceUnavailable,",
        "forbidden, 403, Forbidden,"
    })
    void aRefusalHasIoTCentralsErrorBodyAndEndsWithItsBurst(String fault, int status, String code, String retryAfter)
            throws Exception {
        cloud.fault(
                fault,
                new JsonObject().put("service", "central").put("count", 1).put("every", 0));

        HttpResponse<Buffer> refused = devices();
        HttpResponse<Buffer> after = devices();

        assertThat(refused.statusCode()).isEqualTo(status);
        assertThat(refused.bodyAsJsonObject().getJsonObject("error").getString("code"))
                .isEqualTo(code);
        assertThat(refused.getHeader("x-ms-error-code")).isEqualTo(code);
        assertThat(refused.getHeader("Retry-After")).isEqualTo(retryAfter);
        assertThat(after.statusCode()).isEqualTo(200);
    }

    @Test
    void aHubsThrottlingLooksLikeAHubs() throws Exception {
        cloud.fault("throttled", new JsonObject().put("service", "hub-*"));

        HttpResponse<Buffer> refused = cloud.targetHub(HttpMethod.GET, "/statistics/devices", null);

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.getHeader("iothub-errorcode")).isEqualTo("ThrottlingBacklogTimeout");
        assertThat(refused.bodyAsJsonObject().getString("Message"))
                .startsWith("ErrorCode:ThrottlingBacklogTimeout;The request has been throttled.");
    }

    @Test
    void aCallerWithoutARoleIsRefusedInEachServicesOwnWords() throws Exception {
        cloud.fault("forbidden", new JsonObject());

        HttpResponse<Buffer> hub = cloud.targetHub(HttpMethod.GET, "/statistics/devices", null);
        HttpResponse<Buffer> dps = cloud.targetDps(HttpMethod.GET, "/enrollmentGroups/any", null);

        assertThat(hub.statusCode()).isEqualTo(403);
        assertThat(hub.getHeader("iothub-errorcode")).isEqualTo("GenericForbidden");
        assertThat(dps.statusCode()).isEqualTo(403);
        assertThat(dps.bodyAsJsonObject().getInteger("errorCode")).isEqualTo(403_000);
        assertThat(devices().statusCode()).isEqualTo(200);
    }

    @Test
    void burstsOf429AreTheFirstThreeOfEachTwentyCallsOfAHost() throws Exception {
        cloud.fault("throttled", new JsonObject().put("service", "central"));

        List<Integer> statuses = new ArrayList<>();
        for (int call = 0; call < 6; call++) {
            statuses.add(devices().statusCode());
        }

        assertThat(statuses).containsExactly(429, 429, 429, 200, 200, 200);
    }

    @Test
    void theTokenEndpointIsDownForAWhileAndAskingAgainWorks() throws Exception {
        cloud.fault("token-endpoint-down", new JsonObject().put("for", "1s"));

        HttpResponse<Buffer> refused = cloud.send(
                HttpMethod.POST, RunningCloud.LOGIN, "/" + RunningCloud.TENANT + "/oauth2/v2.0/token", null, null);

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.bodyAsJsonObject().getString("error_description")).startsWith("AADSTS90033");
        cloud.until(() -> cloud.token(ARM_SCOPE) != null);
    }

    @Test
    void aShortLivedTokenSaysSoAndIsRefusedWhenItIsOver() throws Exception {
        cloud.fault("short-lived-tokens", new JsonObject().put("delay", "2s"));
        String brief = "Bearer " + cloud.token(ARM_SCOPE);
        String path = "/subscriptions?api-version=2021-04-01";

        int fresh = cloud.send(HttpMethod.GET, "management.azure.test", path, brief, null)
                .statusCode();

        assertThat(fresh).isEqualTo(200);
        cloud.until(() -> cloud.send(HttpMethod.GET, "management.azure.test", path, brief, null)
                        .statusCode()
                == 401);
    }

    @Test
    void resourceManagerRefusesKeysAndAnswersTheRest() throws Exception {
        cloud.fault("list-keys-forbidden", null);
        String token = "Bearer " + cloud.token(ARM_SCOPE);
        String resources = "/subscriptions/" + RunningCloud.SUBSCRIPTION;
        String service =
                resources + "/resourceGroups/rehearsal/providers/Microsoft.Devices/provisioningServices/target-dps";

        HttpResponse<Buffer> keys = cloud.send(
                HttpMethod.POST, "management.azure.test", service + "/listkeys?api-version=2022-02-05", token, null);
        HttpResponse<Buffer> resource =
                cloud.send(HttpMethod.GET, "management.azure.test", service + "?api-version=2022-02-05", token, null);

        assertThat(keys.statusCode()).isEqualTo(403);
        assertThat(keys.bodyAsJsonObject().getJsonObject("error").getString("code"))
                .isEqualTo("AuthorizationFailed");
        assertThat(resource.statusCode()).isEqualTo(200);
    }

    @Test
    void aNextLinkExpiresOnceAndAListBegunAnewIsWhole() throws Exception {
        cloud.control(
                HttpMethod.POST,
                "/control/applications/" + RunningCloud.APPLICATION + "/devices",
                new JsonObject()
                        .put("template", RunningCloud.TEMPLATE)
                        .put("prefix", "paged-")
                        .put("count", 250));
        cloud.fault("next-link-expired", null);

        JsonObject first = devices().bodyAsJsonObject();
        HttpResponse<Buffer> expired = follow(first.getString("nextLink"));
        HttpResponse<Buffer> second = follow(devices().bodyAsJsonObject().getString("nextLink"));

        assertThat(expired.statusCode()).isEqualTo(400);
        assertThat(second.statusCode()).isEqualTo(200);
    }

    @Test
    void aContinuationBreaksOnceOnPageTwo() throws Exception {
        for (int i = 0; i < 3; i++) {
            cloud.targetHub(HttpMethod.PUT, "/devices/page-" + i, new JsonObject().put("deviceId", "page-" + i));
        }
        cloud.fault("continuation-broken", null);
        HttpResponse<Buffer> first = query(null);
        String continuation = first.getHeader("x-ms-continuation");

        HttpResponse<Buffer> broken = query(continuation);
        HttpResponse<Buffer> again = query(continuation);

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(broken.statusCode()).isEqualTo(400);
        assertThat(broken.bodyAsJsonObject().getString("Message")).startsWith("ErrorCode:ArgumentInvalid");
        assertThat(again.statusCode()).isEqualTo(200);
    }

    @Test
    void aCallIsReadAndNeverAnswered() throws Exception {
        cloud.fault("no-answer", new JsonObject().put("service", "central"));

        assertThatThrownBy(() -> cloud.await(cloud.request(HttpMethod.GET, RunningCloud.CENTRAL, DEVICES + VERSION)
                        .putHeader("authorization", central)
                        .timeout(1_000)
                        .send()))
                .hasMessageContaining("timeout");
        assertThat(devices().statusCode()).isEqualTo(200);
    }

    @Test
    void aConnectionDropsBeforeAnythingIsCarriedOut() throws Exception {
        cloud.fault("connection-dropped", new JsonObject().put("operation", "PUT *"));

        assertThatThrownBy(() -> cloud.central(HttpMethod.PUT, DEVICES + "/never", new JsonObject()))
                .hasMessageContaining("closed");
        assertThat(cloud.central(HttpMethod.GET, DEVICES + "/never", null).statusCode())
                .isEqualTo(404);
    }

    @Test
    void aCallIsCarriedOutAndAnswered504() throws Exception {
        cloud.fault("executed-then-504", new JsonObject().put("operation", "PUT *"));

        HttpResponse<Buffer> lost = cloud.central(HttpMethod.PUT, DEVICES + "/done", new JsonObject());

        assertThat(lost.statusCode()).isEqualTo(504);
        assertThat(lost.bodyAsJsonObject().getJsonObject("error").getString("code"))
                .isEqualTo("GatewayTimeout");
        assertThat(cloud.central(HttpMethod.GET, DEVICES + "/done", null).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aCallIsCarriedOutAndTheConnectionDrops() throws Exception {
        cloud.fault("executed-then-dropped", new JsonObject().put("operation", "PUT *"));

        assertThatThrownBy(() -> cloud.central(HttpMethod.PUT, DEVICES + "/kept", new JsonObject()))
                .hasMessageContaining("closed");
        assertThat(cloud.central(HttpMethod.GET, DEVICES + "/kept", null).statusCode())
                .isEqualTo(200);
    }

    @Test
    void anAnswerComesLate() throws Exception {
        cloud.fault("slow-answer", new JsonObject().put("service", "central").put("delay", "700ms"));
        long started = System.nanoTime();

        HttpResponse<Buffer> answer = devices();

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.bodyAsJsonObject().getJsonArray("value")).isNotNull();
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started)).isGreaterThanOrEqualTo(700);
    }

    @Test
    void aJsonBodyEndsInTheMiddle() throws Exception {
        cloud.fault("truncated-body", new JsonObject().put("service", "central"));

        HttpResponse<Buffer> cut = devices();

        assertThat(cut.statusCode()).isEqualTo(200);
        assertThatThrownBy(cut::bodyAsJsonObject).isInstanceOf(DecodeException.class);
        assertThat(devices().bodyAsJsonObject()).isNotNull();
    }

    @Test
    void theClockOfAServiceIsAhead() throws Exception {
        cloud.fault("clock-skew", new JsonObject().put("service", "central").put("delay", "10m"));

        String date = devices().getHeader("Date");

        Instant told =
                ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
        assertThat(Duration.between(Instant.now(), told)).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(11));
    }

    @Test
    void aMistakeInAFaultIsAProblemThatNamesItAndNothingIsSwitchedOn() throws Exception {
        HttpResponse<Buffer> unknown = cloud.control(HttpMethod.PUT, "/control/faults/no-such-thing", null);
        HttpResponse<Buffer> wrong =
                cloud.control(HttpMethod.PUT, "/control/faults/lost-ack", new JsonObject().put("share", "most"));
        HttpResponse<Buffer> gateless = cloud.control(HttpMethod.PUT, "/control/faults/half-open-connection", null);

        assertThat(unknown.statusCode()).isEqualTo(400);
        assertThat(unknown.getHeader("content-type")).isEqualTo("application/problem+json");
        assertThat(wrong.bodyAsJsonObject().getJsonArray("mistakes"))
                .isEqualTo(new JsonArray().add("share: must be a number from 0 to 1"));
        assertThat(gateless.statusCode()).isEqualTo(409);
        assertThat(cloud.control(HttpMethod.DELETE, "/control/faults/lost-ack", null)
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void theMetricsCountStrikesByKindAndNameNoDevice() throws Exception {
        cloud.fault("mine", new JsonObject().put("fault", "unavailable").put("service", "central"));
        devices();

        String metrics = cloud.control(HttpMethod.GET, "/metrics", null).bodyAsString();

        assertThat(metrics)
                .containsPattern("drover_simulator_faults_injected_total\\{fault=\"unavailable\",?} [1-9]")
                .contains("drover_simulator_faults_injected_total{fault=\"lost-ack\"")
                .doesNotContain("fault=\"mine\"");
    }

    @Test
    void readingChangesNothingAndWritingCounts() throws Exception {
        long before = changes();
        devices();
        query(null);
        long afterReading = changes();
        cloud.central(HttpMethod.PUT, DEVICES + "/counted", new JsonObject());
        cloud.central(HttpMethod.PUT, DEVICES + "/counted?broken", new JsonObject().put("template", "none"));

        assertThat(afterReading).isEqualTo(before);
        assertThat(changes()).isEqualTo(before + 1);
    }

    private static long changes() throws Exception {
        return cloud.control(HttpMethod.GET, "/control/changes", null)
                .bodyAsJsonObject()
                .getLong("total");
    }

    private static HttpResponse<Buffer> devices() throws Exception {
        return cloud.send(HttpMethod.GET, RunningCloud.CENTRAL, DEVICES + VERSION, central, null);
    }

    private static HttpResponse<Buffer> follow(String nextLink) throws Exception {
        String path = nextLink.substring(nextLink.indexOf("/api"));
        return cloud.send(HttpMethod.GET, RunningCloud.CENTRAL, path, central, null);
    }

    private static HttpResponse<Buffer> query(String continuation) throws Exception {
        var request = cloud.request(HttpMethod.POST, RunningCloud.TARGET_HUB, "/devices/query?api-version=2021-04-12")
                .putHeader("authorization", "Bearer " + cloud.token(HUB_SCOPE))
                .putHeader("x-ms-max-item-count", "2");
        if (continuation != null) {
            request.putHeader("x-ms-continuation", continuation);
        }
        return cloud.await(request.sendJsonObject(new JsonObject().put("query", "SELECT * FROM devices")));
    }
}
