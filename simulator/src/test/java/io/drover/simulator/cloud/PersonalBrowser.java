package io.drover.simulator.cloud;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A person's browser without scripts: keeps cookies, follows redirects, presses buttons. Names end at the emulated cloud. Methods block. */
final class PersonalBrowser {
    private static final Pattern FORM = Pattern.compile("<form method=\"post\" action=\"([^\"]+)\">");
    private static final Pattern BUTTON = Pattern.compile("name=\"user\" value=\"([^\"]+)\"[^>]*>([^<]+)</button>");
    private static final int LONGEST = 10;

    private final WebClient client;
    private final int cloud;
    private final String edge;
    private final Map<String, Map<String, String>> cookies = new HashMap<>();
    private final List<String> visited = new ArrayList<>();

    /**
     * @param cloud the port where names under .test are reached
     * @param edge redirects to addresses that begin so are not followed; null to follow all
     */
    PersonalBrowser(Vertx vertx, Path authority, int cloud, String edge) {
        this.cloud = cloud;
        this.edge = edge;
        this.client = WebClient.create(
                vertx,
                new WebClientOptions()
                        .setVerifyHost(true)
                        .setTrustOptions(new PemTrustOptions().addCertPath(authority.toString())));
    }

    /** Every address it has been at. */
    List<String> visited() {
        return visited;
    }

    HttpResponse<Buffer> get(String url) throws Exception {
        return send(HttpMethod.GET, url, Map.of(), null);
    }

    HttpResponse<Buffer> send(HttpMethod method, String url, Map<String, String> headers, MultiMap form)
            throws Exception {
        HttpRequest<Buffer> request = request(method, url, headers);
        return kept(url, form == null ? request.send() : request.sendForm(form));
    }

    HttpResponse<Buffer> sendJson(HttpMethod method, String url, Map<String, String> headers, JsonObject body)
            throws Exception {
        return kept(url, request(method, url, headers).sendJsonObject(body));
    }

    private HttpRequest<Buffer> request(HttpMethod method, String url, Map<String, String> headers) {
        URI uri = URI.create(url);
        boolean tls = uri.getScheme().equals("https");
        boolean atCloud = uri.getHost().endsWith(".test");
        int port = uri.getPort() < 0 ? (tls ? 443 : 80) : uri.getPort();
        HttpRequest<Buffer> request = client.request(
                        method,
                        SocketAddress.inetSocketAddress(atCloud ? cloud : port, "127.0.0.1"),
                        port,
                        uri.getHost(),
                        uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery()))
                .ssl(tls)
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
        return request;
    }

    private HttpResponse<Buffer> kept(String url, Future<HttpResponse<Buffer>> sent) throws Exception {
        visited.add(url);
        HttpResponse<Buffer> answer =
                sent.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        Map<String, String> jar = cookies.get(URI.create(url).getHost());
        for (String cookie : answer.cookies()) {
            String[] pair = cookie.split(";", 2)[0].split("=", 2);
            if (pair[1].isEmpty() || cookie.contains("Max-Age=0")) {
                jar.remove(pair[0]);
            } else {
                jar.put(pair[0], pair[1]);
            }
        }
        return answer;
    }

    /** Follows redirects to the answer that is none. */
    HttpResponse<Buffer> follow(String url) throws Exception {
        return follow(url, get(url));
    }

    private HttpResponse<Buffer> follow(String url, HttpResponse<Buffer> first) throws Exception {
        HttpResponse<Buffer> answer = first;
        String at = url;
        for (int step = 0; step < LONGEST && answer.getHeader("location") != null; step++) {
            at = URI.create(at).resolve(answer.getHeader("location")).toString();
            if (edge != null && at.startsWith(edge)) {
                return answer;
            }
            answer = get(at);
        }
        return answer;
    }

    /** Goes there and, where the page of users comes, presses the button of this one. */
    HttpResponse<Buffer> followAs(String displayName, String url) throws Exception {
        HttpResponse<Buffer> page = follow(url);
        Matcher form = FORM.matcher(page.bodyAsString());
        assertThat(form.find()).as(page.bodyAsString()).isTrue();
        String action = form.group(1).replace("&amp;", "&");
        Matcher button = BUTTON.matcher(page.bodyAsString());
        while (button.find()) {
            if (button.group(2).equals(displayName)) {
                String there = URI.create(visited.get(visited.size() - 1))
                        .resolve(action)
                        .toString();
                return follow(
                        there,
                        send(
                                HttpMethod.POST,
                                there,
                                Map.of(),
                                MultiMap.caseInsensitiveMultiMap().add("user", button.group(1))));
            }
        }
        throw new AssertionError("no button of " + displayName + " in " + page.bodyAsString());
    }

    String cookie(String host, String name) {
        return cookies.getOrDefault(host, Map.of()).get(name);
    }

    void putCookie(String host, String name, String value) {
        cookies.computeIfAbsent(host, absent -> new HashMap<>()).put(name, value);
    }
}
