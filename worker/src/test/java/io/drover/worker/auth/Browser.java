package io.drover.worker.auth;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** Keeps cookies by host and goes where it is sent, step by step. Methods block. */
final class Browser {
    private final WebClient client;
    private final int issuer;
    private final Map<String, Map<String, String>> cookies = new HashMap<>();
    /** Every Set-Cookie header it was given. */
    final List<String> given = new ArrayList<>();

    /** @param issuer the port where the issuer's host is reached */
    Browser(Vertx vertx, HttpClientOptions trust, int issuer) {
        this.client = WebClient.wrap(vertx.createHttpClient(trust));
        this.issuer = issuer;
    }

    HttpResponse<Buffer> get(String url) throws Exception {
        return send(HttpMethod.GET, url, Map.of(), null);
    }

    HttpResponse<Buffer> send(HttpMethod method, String url, Map<String, String> headers, MultiMap form)
            throws Exception {
        URI uri = URI.create(url);
        boolean atIssuer = uri.getHost().equals(TokenIssuer.HOST);
        HttpRequest<Buffer> request = client.request(
                        method,
                        io.vertx.core.net.SocketAddress.inetSocketAddress(
                                atIssuer ? issuer : uri.getPort(), "127.0.0.1"),
                        atIssuer ? 443 : uri.getPort(),
                        uri.getHost(),
                        uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()))
                .ssl(atIssuer)
                .followRedirects(false);
        headers.forEach(request::putHeader);
        Map<String, String> jar = cookies.computeIfAbsent(uri.getHost(), host -> new HashMap<>());
        if (!jar.isEmpty()) {
            request.putHeader(
                    "cookie",
                    jar.entrySet().stream()
                            .map(one -> one.getKey() + "=" + one.getValue())
                            .collect(Collectors.joining("; ")));
        }
        HttpResponse<Buffer> answer = (form == null ? request.send() : request.sendForm(form))
                .toCompletionStage()
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        for (String cookie : answer.cookies()) {
            given.add(cookie);
            String[] pair = cookie.split(";", 2)[0].split("=", 2);
            if (cookie.contains("Max-Age=0") || pair[1].isEmpty()) {
                jar.remove(pair[0]);
            } else {
                jar.put(pair[0], pair[1]);
            }
        }
        return answer;
    }

    /** Follows redirects to the answer that is none. */
    HttpResponse<Buffer> follow(String url) throws Exception {
        HttpResponse<Buffer> answer = get(url);
        String at = url;
        for (int step = 0; step < 10 && answer.getHeader("location") != null; step++) {
            at = URI.create(at).resolve(answer.getHeader("location")).toString();
            answer = get(at);
        }
        return answer;
    }

    String cookie(String name) {
        return cookies.getOrDefault("localhost", Map.of()).get(name);
    }

    void put(String name, String value) {
        cookies.computeIfAbsent("localhost", host -> new HashMap<>()).put(name, value);
    }
}
