package io.drover.simulator.rehearsal;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The REST APIs of the emulated services as an administrator uses them, with an Entra token. Methods block, until all their calls are
 * answered, and fail with a {@link RehearsalException} that tells what the service answered.
 */
public final class AzureRest implements AutoCloseable {
    private static final long DEADLINE_SECONDS = 120;
    private static final int AT_ONCE = 32;

    /** A service with its hosts' domain, its token's audience and the version of its API. */
    public enum Service {
        CENTRAL("azureiotcentral.", "https://apps.azureiotcentral.", "2022-07-31"),
        CENTRAL_PREVIEW("azureiotcentral.", "https://apps.azureiotcentral.", "2022-10-31-preview"),
        PROVISIONING("azure-devices-provisioning.", "https://azure-devices-provisioning.", "2021-10-01"),
        HUB("azure-devices.", "https://iothubs.azure.", "2021-04-12");

        private final String domain;
        private final String audience;
        private final String version;

        Service(String domain, String audience, String version) {
            this.domain = domain;
            this.audience = audience;
            this.version = version;
        }
    }

    /**
     * One call.
     *
     * @param name of the application, provisioning service or hub
     * @param ifMatch null for no such header
     * @param body an object or a list, or null for none
     */
    public record Call(HttpMethod method, Service service, String name, String path, String ifMatch, Object body) {
        /** A call without If-Match. */
        public Call(HttpMethod method, Service service, String name, String path, Object body) {
            this(method, service, name, path, null, body);
        }
    }

    private final Vertx vertx = Vertx.vertx();
    private final WebClient client;
    private final int httpsPort;
    private final String suffix;
    private final String clientSecret;
    private final Map<Service, String> tokens = new EnumMap<>(Service.class);

    /** @param caCertificate PEM file of the authority to trust */
    public AzureRest(int httpsPort, String caCertificate, String suffix, String clientSecret) {
        this.httpsPort = httpsPort;
        this.suffix = suffix;
        this.clientSecret = clientSecret;
        this.client = WebClient.create(
                vertx,
                new WebClientOptions().setSsl(true).setTrustOptions(new PemTrustOptions().addCertPath(caCertificate)),
                new PoolOptions().setHttp1MaxSize(AT_ONCE));
    }

    /** An estate of a subscription and the administrator with this secret, to put resources into. */
    public static JsonObject estate(String clientSecret) {
        JsonObject administrator =
                new JsonObject().put("clientId", RehearsalEstate.CLIENT_ID).put("clientSecret", clientSecret);
        return new JsonObject()
                .put("tenantId", RehearsalEstate.TENANT)
                .put("servicePrincipals", new JsonArray().add(administrator))
                .put(
                        "subscriptions",
                        new JsonArray().add(new JsonObject().put("subscriptionId", RehearsalEstate.SUBSCRIPTION)));
    }

    /** A part of a path. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The answer's body; an empty object when there is none. */
    public JsonObject call(Call call) {
        return await(token(call.service()).compose(token -> send(call, token)).map(answer -> {
            Buffer body = answer.body();
            return body == null || body.length() == 0 ? new JsonObject() : body.toJsonObject();
        }));
    }

    /** All of them, many at once and in no order. */
    public void all(List<Call> calls) {
        if (calls.isEmpty()) {
            return;
        }
        await(token(calls.get(0).service()).compose(token -> {
            AtomicInteger next = new AtomicInteger();
            List<Promise<Void>> lanes = java.util.stream.Stream.generate(Promise::<Void>promise)
                    .limit(AT_ONCE)
                    .toList();
            lanes.forEach(lane -> follow(calls, next, token, lane));
            return Future.all(lanes.stream().map(Promise::future).toList());
        }));
    }

    private void follow(List<Call> calls, AtomicInteger next, String token, Promise<Void> lane) {
        int index = next.getAndIncrement();
        if (index >= calls.size()) {
            lane.complete();
            return;
        }
        send(calls.get(index), token)
                .onSuccess(answered -> follow(calls, next, token, lane))
                .onFailure(lane::fail);
    }

    /** The administrator's token for calls of a service, for whoever makes them by other means. */
    public String bearer(Service service) {
        return await(token(service));
    }

    /** The name that a service's REST API answers at. */
    String host(Service service, String name) {
        return name + "." + service.domain + suffix;
    }

    /** A service's api-version, as a query. */
    static String version(Service service) {
        return "?api-version=" + service.version;
    }

    private Future<String> token(Service service) {
        if (tokens.containsKey(service)) {
            return Future.succeededFuture(tokens.get(service));
        }
        String form = "grant_type=client_credentials&client_id=" + RehearsalEstate.CLIENT_ID + "&client_secret="
                + clientSecret + "&scope=" + encoded(service.audience + suffix + "/.default");
        return client.request(
                        HttpMethod.POST,
                        at("login.microsoftonline." + suffix, "/" + RehearsalEstate.TENANT + "/oauth2/v2.0/token"))
                .putHeader("content-type", "application/x-www-form-urlencoded")
                .sendBuffer(Buffer.buffer(form))
                .compose(answer -> taken("sign-in", answer))
                .map(answer -> answer.bodyAsJsonObject().getString("access_token"))
                .onSuccess(token -> tokens.put(service, token));
    }

    private Future<HttpResponse<Buffer>> send(Call call, String token) {
        String host = call.name() + "." + call.service().domain + suffix;
        HttpRequest<Buffer> request = client.request(
                        call.method(), at(host, call.path() + "?api-version=" + call.service().version))
                .bearerTokenAuthentication(token);
        if (call.ifMatch() != null) {
            request.putHeader("If-Match", call.ifMatch());
        }
        return (call.body() == null ? request.send() : request.sendJson(call.body()))
                .compose(answer -> taken(call.method() + " " + host + call.path(), answer));
    }

    private RequestOptions at(String host, String uri) {
        return new RequestOptions()
                .setServer(SocketAddress.inetSocketAddress(httpsPort, "127.0.0.1"))
                .setHost(host)
                .setPort(443)
                .setSsl(true)
                .setURI(uri);
    }

    private static Future<HttpResponse<Buffer>> taken(String what, HttpResponse<Buffer> answer) {
        return answer.statusCode() / 100 == 2
                ? Future.succeededFuture(answer)
                : Future.failedFuture(what + " answered " + answer.statusCode() + " " + answer.bodyAsString());
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException refused) {
            throw new RehearsalException(refused.getCause().getMessage(), refused);
        } catch (TimeoutException late) {
            throw new RehearsalException("A service did not answer within " + DEADLINE_SECONDS + " s", late);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RehearsalException("Interrupted while a service was called", e);
        }
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
