package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.drover.simulator.contract.DocumentedOperations;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Calls every operation of one service's OpenAPI documents on a whole emulated cloud, over HTTPS and with the right to all of them.
 * What it called is held against the documents at its end.
 */
final class OperationsWalk {
    private final RunningCloud cloud;
    private final String host;
    private final String authorization;
    private final Function<String, String> version;
    private final DocumentedOperations operations;

    /**
     * @param audience of the caller's token; null for a service whose calls bring their own
     * @param version the api-version of a path
     */
    OperationsWalk(
            RunningCloud cloud, String host, String audience, Function<String, String> version, String... documents)
            throws Exception {
        this.cloud = cloud;
        this.host = host;
        this.version = version;
        this.operations = DocumentedOperations.of(documents);
        this.authorization = audience == null ? null : "Bearer " + cloud.token(audience + "/.default");
        assertThat(cloud.control(HttpMethod.POST, "/control/quotas", new JsonObject().put("enforced", false))
                        .statusCode())
                .isEqualTo(204);
    }

    /** A call that must be granted. */
    HttpResponse<Buffer> granted(HttpMethod method, String path, Object body) throws Exception {
        return granted(method, path, authorization, body);
    }

    HttpResponse<Buffer> granted(HttpMethod method, String path, String token, Object body) throws Exception {
        return succeeded(method, path, send(method, path, version.apply(path), token, body));
    }

    private static HttpResponse<Buffer> succeeded(HttpMethod method, String path, HttpResponse<Buffer> answer) {
        assertThat(answer.statusCode())
                .as(method + " " + path + " " + answer.bodyAsString())
                .isBetween(200, 299);
        return answer;
    }

    /** A call that must be granted and needs the etag of what it is about. */
    HttpResponse<Buffer> matching(String etag, HttpMethod method, String path, Object body) throws Exception {
        return succeeded(method, path, send(method, path, version.apply(path), authorization, etag, body));
    }

    /** A call that must be refused with this status. */
    HttpResponse<Buffer> refused(int status, HttpMethod method, String path, Object body) throws Exception {
        HttpResponse<Buffer> answer = send(method, path, version.apply(path), authorization, body);
        assertThat(answer.statusCode())
                .as(method + " " + path + " " + answer.bodyAsString())
                .isEqualTo(status);
        return answer;
    }

    /** Everything without a token: 401 in the service's shape. */
    void strangersAreRefused(Consumer<HttpResponse<Buffer>> shape) throws Exception {
        for (DocumentedOperations.Call call : operations.implemented()) {
            check(call, 401, send(method(call), call.path(), version.apply(call.path()), null, null), shape);
        }
    }

    /** Everything with an api-version that no service has: 400 in the service's shape. */
    void anUnknownVersionIsRefused(Consumer<HttpResponse<Buffer>> shape) throws Exception {
        for (DocumentedOperations.Call call : operations.implemented()) {
            check(call, 400, send(method(call), call.path(), "next", authorization, new JsonObject()), shape);
        }
    }

    /** What is documented and not emulated, and what nobody documents: 404 or 405 in the service's shape. */
    void whatIsNotThereIsNotFound(Consumer<HttpResponse<Buffer>> shape) throws Exception {
        for (DocumentedOperations.Call call : operations.absent()) {
            HttpResponse<Buffer> answer =
                    send(method(call), call.path(), version.apply(call.path()), authorization, null);
            check(call, answer.statusCode() == 405 ? 405 : 404, answer, shape);
        }
        DocumentedOperations.Call undocumented = new DocumentedOperations.Call("GET", "/api/no/such/operation");
        check(
                undocumented,
                404,
                send(HttpMethod.GET, undocumented.path(), version.apply(undocumented.path()), authorization, null),
                shape);
    }

    /** Ends the cloud and holds all that was called, asked for and answered against the documents. */
    void end() throws Exception {
        cloud.stop();
        operations.holdWalk(cloud.exchanges());
    }

    static JsonObject json(String key, Object value) {
        return new JsonObject().put(key, value);
    }

    private static HttpMethod method(DocumentedOperations.Call call) {
        return HttpMethod.valueOf(call.method());
    }

    private static void check(
            DocumentedOperations.Call call,
            int status,
            HttpResponse<Buffer> answer,
            Consumer<HttpResponse<Buffer>> shape) {
        String body = String.valueOf(answer.bodyAsString());
        assertThat(answer.statusCode()).as(call + " " + body).isEqualTo(status);
        assertThat(body).as(call.toString()).doesNotContain("\tat ").doesNotContain("Exception:");
        shape.accept(answer);
    }

    private HttpResponse<Buffer> send(HttpMethod method, String path, String apiVersion, String token, Object body)
            throws Exception {
        return send(method, path, apiVersion, token, null, body);
    }

    private HttpResponse<Buffer> send(
            HttpMethod method, String path, String apiVersion, String token, String etag, Object body)
            throws Exception {
        HttpRequest<Buffer> request = cloud.request(method, host, path + "?api-version=" + apiVersion);
        if (token != null) {
            request.putHeader("authorization", token);
        }
        if (etag != null) {
            request.putHeader("if-match", etag);
        }
        if (body == null) {
            return cloud.await(request.send());
        }
        return cloud.await(request.putHeader("content-type", "application/json")
                .sendBuffer(body instanceof JsonArray array ? array.toBuffer() : ((JsonObject) body).toBuffer()));
    }
}
