package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.cloud.entra.AccessTokens;
import io.drover.simulator.contract.RecordedContract;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The emulated cloud over real HTTPS, its names reached as a client with connect-to rules does. */
class CloudIT {
    private static final String TENANT = "11111111-1111-1111-1111-111111111111";
    private static final String SUBSCRIPTION = "22222222-2222-2222-2222-222222222222";
    private static final String CLIENT = "33333333-3333-3333-3333-333333333333";
    private static final String SECRET = "s3cret+with/odd=characters~";
    private static final String ARM = "management.azure.test";
    private static final String LOGIN = "login.microsoftonline.test";

    @TempDir
    Path data;

    private Vertx vertx;
    private Cloud cloud;
    private WebClient https;
    private WebClient http;

    @BeforeEach
    void startCloud() throws Exception {
        vertx = Vertx.vertx();
        cloud = await(Cloud.start(vertx, CloudOptions.ephemeral(data), Optional.of(data.resolve("exchanges.ndjson"))));
        https = WebClient.create(
                vertx,
                new WebClientOptions()
                        .setSsl(true)
                        .setVerifyHost(true)
                        .setTrustOptions(new PemTrustOptions()
                                .addCertPath(cloud.ports().caCertificate().toString())));
        http = WebClient.create(vertx);
    }

    @AfterEach
    void stopCloud() throws Exception {
        await(cloud.close());
        await(vertx.close());
        RecordedContract.hold(data.resolve("exchanges.ndjson"));
    }

    @Test
    void aRightSecretGetsATokenThatTheResourceManagerTakes() throws Exception {
        putEstate(1);

        HttpResponse<?> token = token(SECRET, "https://management.azure.test/.default");
        HttpResponse<?> list = arm("/subscriptions?api-version=2021-04-01", token);

        assertThat(token.statusCode()).isEqualTo(200);
        assertThat(token.bodyAsJsonObject().getLong("expires_in")).isBetween(3_599L, 5_400L);
        assertThat(list.statusCode()).isEqualTo(200);
        assertThat(list.bodyAsJsonObject()
                        .getJsonArray("value")
                        .getJsonObject(0)
                        .getString("subscriptionId"))
                .isEqualTo(SUBSCRIPTION);
    }

    @Test
    void aWrongSecretIsRefusedAsDocumented() throws Exception {
        putEstate(1);

        HttpResponse<?> answer = token("wrong", "https://management.azure.test/.default");

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.bodyAsJsonObject().getString("error")).isEqualTo("invalid_client");
        assertThat(answer.bodyAsJsonObject().getString("error_description"))
                .startsWith("AADSTS7000215")
                .doesNotContain("wrong");
    }

    @Test
    void aScopeForAnUnknownResourceIsRefused() throws Exception {
        putEstate(1);

        assertThat(token(SECRET, "https://nothing.test/.default")
                        .bodyAsJsonObject()
                        .getJsonArray("error_codes"))
                .isEqualTo(new JsonArray().add(500011));
        assertThat(token(SECRET, "https://management.azure.test")
                        .bodyAsJsonObject()
                        .getJsonArray("error_codes"))
                .isEqualTo(new JsonArray().add(1002012));
    }

    @Test
    void aTokenForAnotherAudienceIsRefusedByTheResourceManager() throws Exception {
        putEstate(1);

        HttpResponse<?> answer =
                arm("/subscriptions?api-version=2021-04-01", token(SECRET, "https://iothubs.azure.test/.default"));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.getHeader("www-authenticate")).contains("invalid_token");
        assertThat(answer.bodyAsJsonObject().getJsonObject("error").getString("code"))
                .isEqualTo("InvalidAuthenticationToken");
    }

    @Test
    void aTokenWhoseClaimsWereChangedIsRefused() throws Exception {
        putEstate(1);
        String token = token(SECRET, "https://iothubs.azure.test/.default")
                .bodyAsJsonObject()
                .getString("access_token");
        String[] parts = token.split("\\.", -1);
        JsonObject claims = new JsonObject(new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8))
                .put("aud", "https://management.azure.test");
        String changed = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(claims.encode().getBytes(StandardCharsets.UTF_8));

        HttpResponse<?> answer = await(request(HttpMethod.GET, ARM, "/subscriptions?api-version=2021-04-01")
                .bearerTokenAuthentication(parts[0] + "." + changed + "." + parts[2])
                .send());

        assertThat(answer.statusCode()).isEqualTo(401);
    }

    @Test
    void aLongListIsPagedWithNextLinks() throws Exception {
        putEstate(120);
        HttpResponse<?> token = token(SECRET, "https://management.azure.test/.default");

        String path = "/subscriptions/" + SUBSCRIPTION + "/providers/Microsoft.Devices/IotHubs?api-version=2023-06-30";
        int pages = 0;
        int items = 0;
        while (path != null) {
            JsonObject page = arm(path, token).bodyAsJsonObject();
            items += page.getJsonArray("value").size();
            pages++;
            String next = page.getString("nextLink");
            path = next == null ? null : next.substring(("https://" + ARM).length());
        }

        assertThat(items).isEqualTo(120);
        assertThat(pages).isEqualTo(3);
    }

    @Test
    void aHubShowsItsBuiltInEndpointAndItsKeys() throws Exception {
        putEstate(1);
        HttpResponse<?> token = token(SECRET, "https://management.azure.test/.default");
        String hub = "/subscriptions/" + SUBSCRIPTION
                + "/resourcegroups/REHEARSAL/providers/microsoft.devices/iothubs/hub-0";

        JsonObject events = arm(hub + "?api-version=2023-06-30", token)
                .bodyAsJsonObject()
                .getJsonObject("properties")
                .getJsonObject("eventHubEndpoints")
                .getJsonObject("events");
        JsonObject keys = await(request(HttpMethod.POST, ARM, hub + "/listkeys?api-version=2023-06-30")
                        .bearerTokenAuthentication(token.bodyAsJsonObject().getString("access_token"))
                        .send())
                .bodyAsJsonObject();

        assertThat(events.getString("endpoint")).isEqualTo("sb://ihsuprod-hub-0.servicebus.test/");
        assertThat(events.getJsonArray("partitionIds")).hasSize(events.getInteger("partitionCount"));
        assertThat(keys.getJsonArray("value")).hasSize(5);
    }

    @Test
    void anEstateWithMistakesIsRefusedNamingAllOfThem() throws Exception {
        JsonObject estate = new JsonObject()
                .put("tenent", TENANT)
                .put(
                        "hubs",
                        new JsonArray()
                                .add(new JsonObject().put("name", "no spaces").put("sku", "S9")));

        HttpResponse<?> answer = await(http.put(cloud.ports().control(), CloudOptions.HOST, "/control/estate")
                .sendJsonObject(estate));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.getHeader("content-type")).isEqualTo("application/problem+json");
        assertThat(answer.bodyAsJsonObject().getJsonArray("mistakes")).hasSize(5);
    }

    @Test
    void callsAreCountedByServiceOperationAndStatus() throws Exception {
        putEstate(1);
        token("wrong", "https://management.azure.test/.default");

        HttpResponse<?> counters = await(http.get(cloud.ports().control(), CloudOptions.HOST, "/control/counters")
                .send());
        HttpResponse<?> metrics = await(
                http.get(cloud.ports().control(), CloudOptions.HOST, "/metrics").send());

        assertThat(counters.bodyAsJsonObject().fieldNames())
                .anyMatch(name -> name.startsWith("entra.") && name.endsWith(".401"));
        assertThat(metrics.bodyAsString()).contains("drover_cloud_calls_seconds_count");
    }

    @Test
    void aTakenPortIsNamedWithWhatToDo() throws Exception {
        CloudOptions free = CloudOptions.ephemeral(data);
        CloudOptions taken =
                new CloudOptions(free.names(), cloud.ports().https(), 0, 0, 0, data, 1, true, Duration.ofMillis(200));

        Throwable failure = awaitFailure(Cloud.start(vertx, taken));

        assertThat(failure)
                .isInstanceOf(PortUnavailableException.class)
                .hasMessageContaining("Port " + cloud.ports().https())
                .hasMessageContaining("--https-port");
    }

    @Test
    void tokensOfAnotherProcessAreRefused() throws Exception {
        putEstate(1);
        AccessTokens foreign = new AccessTokens("test", java.time.Clock.systemUTC());
        String token = token(SECRET, "https://management.azure.test/.default")
                .bodyAsJsonObject()
                .getString("access_token");

        assertThat(foreign.verify("Bearer " + token, "https://management.azure.test"))
                .isEmpty();
    }

    private void putEstate(int hubs) throws Exception {
        JsonArray hubList = new JsonArray();
        for (int i = 0; i < hubs; i++) {
            hubList.add(new JsonObject().put("name", "hub-" + i));
        }
        JsonObject estate = new JsonObject()
                .put("tenantId", TENANT)
                .put(
                        "servicePrincipals",
                        new JsonArray()
                                .add(new JsonObject().put("clientId", CLIENT).put("clientSecret", SECRET)))
                .put(
                        "subscriptions",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("subscriptionId", SUBSCRIPTION)
                                        .put("displayName", "Rehearsal")))
                .put("hubs", hubList);
        HttpResponse<?> answer = await(http.put(cloud.ports().control(), CloudOptions.HOST, "/control/estate")
                .sendJsonObject(estate));
        assertThat(answer.statusCode()).isEqualTo(204);
    }

    private HttpResponse<?> token(String secret, String scope) throws Exception {
        MultiMap form = MultiMap.caseInsensitiveMultiMap()
                .add("grant_type", "client_credentials")
                .add("client_id", CLIENT)
                .add("client_secret", secret)
                .add("scope", scope);
        return await(request(HttpMethod.POST, LOGIN, "/" + TENANT + "/oauth2/v2.0/token")
                .sendForm(form));
    }

    private HttpResponse<?> arm(String path, HttpResponse<?> token) throws Exception {
        return await(request(HttpMethod.GET, ARM, path)
                .bearerTokenAuthentication(token.bodyAsJsonObject().getString("access_token"))
                .send());
    }

    private HttpRequest<?> request(HttpMethod method, String host, String path) {
        SocketAddress server = SocketAddress.inetSocketAddress(cloud.ports().https(), CloudOptions.HOST);
        return https.request(method, server, 443, host, path);
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static Throwable awaitFailure(Future<?> future) throws Exception {
        return await(future.<Throwable>map(done -> null).otherwise(failure -> failure));
    }
}
