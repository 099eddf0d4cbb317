package io.drover.worker.azure;

import static io.drover.worker.azure.ScriptedAzure.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.quota.AzureLimit;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AzureClientsIT {
    private static final String HOST = "app.example.test";
    private static final String AUDIENCE = "https://apps.example.test";

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private static void answer(HttpServerRequest request, int status, JsonObject body) {
        request.response().setStatusCode(status).end(body.toBuffer());
    }

    @Test
    void aGroupIsReadToItsLastPage() throws Exception {
        try (ScriptedAzure azure = new ScriptedAzure(request -> {
            boolean second = request.uri().contains("skiptoken");
            JsonObject page =
                    new JsonObject().put("value", new JsonArray().add(new JsonObject().put("id", second ? "b" : "a")));
            answer(
                    request,
                    200,
                    second ? page : page.put("nextLink", "https://" + HOST + "/api/next?$skiptoken=x%2Fy"));
        })) {
            List<String> ids = new ArrayList<>();
            await(new CentralClient(azure.http(ScriptedAzure.SECRET, meters), HOST, AUDIENCE)
                    .eachGroupPage("all", page -> {
                        page.forEach(device -> ids.add(device.id()));
                        return Future.succeededFuture();
                    }));
            assertThat(ids).containsExactly("a", "b");
            assertThat(azure.asked).last().isEqualTo("GET " + HOST + " /api/next?$skiptoken=x%2Fy");
        }
    }

    @Test
    void anAnswerThatEndsInTheMiddleIsAskedForAgain() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (ScriptedAzure azure = new ScriptedAzure(request -> {
            String page = new JsonObject()
                    .put("value", new JsonArray().add(new JsonObject().put("id", "a")))
                    .encode();
            request.response().end(calls.incrementAndGet() == 1 ? page.substring(0, page.length() / 2) : page);
        })) {
            List<String> ids = new ArrayList<>();
            await(new CentralClient(azure.http(ScriptedAzure.SECRET, meters), HOST, AUDIENCE)
                    .eachGroupPage("all", page -> {
                        page.forEach(device -> ids.add(device.id()));
                        return Future.succeededFuture();
                    }));
            assertThat(ids).containsExactly("a");
            assertThat(calls).hasValue(2);
        }
    }

    @Test
    void anAnswerThatAlwaysEndsInTheMiddleNamesTheHost() throws Exception {
        try (ScriptedAzure azure =
                new ScriptedAzure(request -> request.response().end("{\"value\":[{"))) {
            assertThatThrownBy(() -> await(new CentralClient(azure.http(ScriptedAzure.SECRET, meters), HOST, AUDIENCE)
                            .eachGroupPage("all", page -> Future.succeededFuture())))
                    .hasMessageContaining(HOST + " gave no answer to")
                    .hasMessageContaining("ends in the middle");
        }
    }

    @Test
    void registrationsFollowTheContinuationHeader() throws Exception {
        try (ScriptedAzure azure = new ScriptedAzure(request -> {
            if (request.getHeader("x-ms-continuation") == null) {
                request.response().putHeader("x-ms-continuation", "more");
            }
            request.response()
                    .end(new JsonArray()
                            .add(new JsonObject().put("registrationId", "d1").put("status", "assigned"))
                            .toBuffer());
        })) {
            AtomicInteger pages = new AtomicInteger();
            await(new DpsClient(azure.http(ScriptedAzure.SECRET, meters), "dps.example.test", AUDIENCE)
                    .eachRegistrationPage("moved", page -> {
                        pages.incrementAndGet();
                        return Future.succeededFuture();
                    }));
            assertThat(pages).hasValue(2);
        }
    }

    @Test
    void aThrottledCommandFailsAtOnceAndTheNextWaitsAsLongAsAsked() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (ScriptedAzure azure = new ScriptedAzure(request -> {
            if (calls.incrementAndGet() == 1) {
                request.response().putHeader("retry-after", "1");
                answer(request, 429, new JsonObject());
            } else {
                answer(request, 201, new JsonObject().put("id", "c").put("responseCode", 200));
            }
        })) {
            AzureHttp client = azure.http(ScriptedAzure.SECRET, meters);
            long began = System.nanoTime();
            Future<CentralClient.CommandAnswer> first = move(client, "truck-1");
            await(first.otherwiseEmpty());
            assertThat(((AzureException) first.cause()).status()).isEqualTo(429);
            CentralClient.CommandAnswer reply = await(move(client, "truck-1"));
            assertThat(reply.status()).isEqualTo(200);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(Duration.ofMillis(990));
            assertThat(meters.counter("drover.azure.throttles", "service", "central", "limit", "central-commands")
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void aCommandIsARequestToTheApplicationTooAndWaitsForThatLimit() throws Exception {
        try (ScriptedAzure azure = new ScriptedAzure(request -> {
            boolean command = request.uri().contains("/commands/");
            answer(
                    request,
                    command ? 201 : 200,
                    command
                            ? new JsonObject().put("id", "c").put("responseCode", 200)
                            : new JsonObject().put("value", new JsonArray()));
        })) {
            AzureHttp client = azure.http(ScriptedAzure.SECRET, meters);
            CentralClient central = new CentralClient(client, HOST, AUDIENCE);
            int calls = 100;
            long began = System.nanoTime();
            List<Future<?>> all = new ArrayList<>();
            for (int call = 0; call < calls; call++) {
                all.add(central.groups());
                all.add(move(client, "truck-1"));
            }
            await(Future.all(all));

            // Either limit alone would have let its half of them pass in half of this time.
            AzureLimit limit = AzureLimit.CENTRAL_REST;
            double least = (2 * calls - limit.burst() - 1) / client.quotas().perSecond(limit, HOST);
            assertThat(Duration.ofNanos(System.nanoTime() - began).toMillis() / 1000.0)
                    .isGreaterThanOrEqualTo(least);
        }
    }

    @Test
    void anIdThatNeedsEncodingStaysOneSegment() throws Exception {
        try (ScriptedAzure azure = new ScriptedAzure(
                request -> answer(request, 201, new JsonObject().put("id", "c").put("responseCode", 200)))) {
            await(move(azure, "a/b#c?d%e+f@g"));
            assertThat(azure.asked)
                    .containsExactly("POST " + HOST
                            + " /api/devices/a%2Fb%23c%3Fd%25e%2Bf%40g/components/migration/commands/DeviceMove"
                            + "?api-version=2022-07-31");
        }
    }

    @Test
    void aCommandWithoutAnAnswerIsSentOnceAndItsOutcomeIsUnknown() throws Exception {
        try (ScriptedAzure azure = new ScriptedAzure(request ->
                answer(request, 504, new JsonObject().put("error", new JsonObject().put("code", "GatewayTimeout"))))) {
            assertThatThrownBy(() -> await(move(azure, "truck-1")))
                    .cause()
                    .isInstanceOfSatisfying(AzureException.class, failure -> {
                        assertThat(failure.outcomeUnknown()).isTrue();
                        assertThat(failure.code()).isEqualTo("GatewayTimeout");
                    });
            assertThat(azure.asked).hasSize(1);
        }
    }

    @Test
    void aPassingFailureToSignInIsWaitedOut() throws Exception {
        try (ScriptedAzure azure =
                new ScriptedAzure(request -> answer(request, 200, new JsonObject().put("value", new JsonArray())))) {
            azure.unavailable.set(2);

            CentralClient central = new CentralClient(azure.http(ScriptedAzure.SECRET, meters), HOST, AUDIENCE);

            assertThat(await(central.groups())).isEmpty();
            assertThat(azure.unavailable).hasValue(0);
        }
    }

    @Test
    void aWrongSecretIsNamedWithoutBeingShown() throws Exception {
        try (ScriptedAzure azure = new ScriptedAzure(request -> answer(request, 500, new JsonObject()))) {
            CentralClient central = new CentralClient(azure.http("wrong-one", meters), HOST, AUDIENCE);
            assertThatThrownBy(() -> await(central.groups()))
                    .cause()
                    .isInstanceOf(AzureException.class)
                    .hasMessageContaining("client-1")
                    .hasMessageContaining("AADSTS7000215")
                    .hasMessageNotContaining("wrong-one");
            assertThat(azure.asked).isEmpty();
        }
    }

    private Future<CentralClient.CommandAnswer> move(ScriptedAzure azure, String deviceId) {
        return move(azure.http(ScriptedAzure.SECRET, meters), deviceId);
    }

    private static Future<CentralClient.CommandAnswer> move(AzureHttp client, String deviceId) {
        return new CentralClient(client, HOST, AUDIENCE)
                .deviceMove(deviceId, Optional.of("migration"), new JsonObject(), Duration.ofSeconds(5));
    }
}
