package io.drover.simulator.rehearsal;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes IoT Central export connectivity changes to the worker's webhook, as an administrator would through its REST API
 * ("How to use the IoT Central REST API to manage data exports"). Blocking; runs on the caller's thread.
 */
final class ConnectivityExport {
    private static final String VERSION = "?api-version=2022-10-31-preview";
    private static final long DEADLINE_SECONDS = 30;

    private final int httpsPort;
    private final String caCertificate;
    private final String suffix;
    private final String clientSecret;

    ConnectivityExport(int httpsPort, String caCertificate, String suffix, String clientSecret) {
        this.httpsPort = httpsPort;
        this.caCertificate = caCertificate;
        this.suffix = suffix;
        this.clientSecret = clientSecret;
    }

    /** Creates destination and export; fails with what the service answered. */
    void create(int webhookPort, String token) {
        Vertx vertx = Vertx.vertx();
        try {
            WebClient client = WebClient.create(
                    vertx,
                    new WebClientOptions()
                            .setSsl(true)
                            .setTrustOptions(new PemTrustOptions().addCertPath(caCertificate)));
            signIn(client)
                    .compose(bearer -> put(
                                    client,
                                    bearer,
                                    "destinations/drover",
                                    new JsonObject()
                                            .put("displayName", "Drover")
                                            .put("type", "webhook@v1")
                                            .put(
                                                    "url",
                                                    "http://127.0.0.1:" + webhookPort + "/hooks/central/connectivity")
                                            .put(
                                                    "authorization",
                                                    new JsonObject()
                                                            .put("type", "header")
                                                            .put("value", token)))
                            .compose(there -> put(
                                    client,
                                    bearer,
                                    "exports/drover",
                                    new JsonObject()
                                            .put("displayName", "Connectivity for Drover")
                                            .put("enabled", true)
                                            .put("source", "deviceConnectivity")
                                            .put(
                                                    "destinations",
                                                    new JsonArray().add(new JsonObject().put("id", "drover"))))))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new RehearsalException("The data export could not be set up: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RehearsalException("Interrupted while the data export was set up", e);
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private Future<String> signIn(WebClient client) {
        String form = "grant_type=client_credentials&client_id=" + RehearsalEstate.CLIENT_ID + "&client_secret="
                + clientSecret + "&scope="
                + URLEncoder.encode("https://apps.azureiotcentral." + suffix + "/.default", StandardCharsets.UTF_8);
        return client.request(
                        HttpMethod.POST,
                        at("login.microsoftonline." + suffix, "/" + RehearsalEstate.TENANT + "/oauth2/v2.0/token"))
                .putHeader("content-type", "application/x-www-form-urlencoded")
                .sendBuffer(Buffer.buffer(form))
                .compose(ConnectivityExport::taken)
                .map(answer -> answer.bodyAsJsonObject().getString("access_token"));
    }

    private Future<HttpResponse<Buffer>> put(WebClient client, String bearer, String what, JsonObject body) {
        return client.request(
                        HttpMethod.PUT,
                        at(
                                RehearsalEstate.APPLICATION + ".azureiotcentral." + suffix,
                                "/api/dataExport/" + what + VERSION))
                .bearerTokenAuthentication(bearer)
                .sendJsonObject(body)
                .compose(ConnectivityExport::taken);
    }

    private RequestOptions at(String host, String uri) {
        return new RequestOptions()
                .setServer(SocketAddress.inetSocketAddress(httpsPort, "127.0.0.1"))
                .setHost(host)
                .setPort(443)
                .setSsl(true)
                .setURI(uri);
    }

    private static Future<HttpResponse<Buffer>> taken(HttpResponse<Buffer> answer) {
        return answer.statusCode() / 100 == 2
                ? Future.succeededFuture(answer)
                : Future.failedFuture(answer.statusCode() + " " + answer.bodyAsString());
    }
}
