package io.drover.worker.azure.entra;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.ConnectTo;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;

/** The requests of a sign-in, which need no token: connect-to rules, a deadline, and failures told for a person. Thread-safe. */
public final class SignInHttp {
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private final WebClient client;
    private final List<ConnectTo> rules;

    public SignInHttp(Vertx vertx, HttpClientOptions options, List<ConnectTo> rules) {
        this.client = WebClient.wrap(vertx.createHttpClient(new HttpClientOptions(options)));
        this.rules = List.copyOf(rules);
    }

    /** Sends a form. Fails with {@link AzureException} when no answer came. */
    public Future<HttpResponse<Buffer>> post(String url, MultiMap form, String advice) {
        return request(HttpMethod.POST, url).sendForm(form).recover(cause -> failure(url, cause, advice));
    }

    /** Sends a GET. Fails with {@link AzureException} when no answer came. */
    public Future<HttpResponse<Buffer>> get(String url, String advice) {
        return request(HttpMethod.GET, url).send().recover(cause -> failure(url, cause, advice));
    }

    /** Sends a GET with one header. Fails with {@link AzureException} when no answer came. */
    Future<HttpResponse<Buffer>> get(String url, String header, String value, String advice) {
        return request(HttpMethod.GET, url)
                .putHeader(header, value)
                .send()
                .recover(cause -> failure(url, cause, advice));
    }

    private HttpRequest<Buffer> request(HttpMethod method, String url) {
        URI uri = URI.create(url);
        boolean tls = "https".equals(uri.getScheme());
        int port = uri.getPort() >= 0 ? uri.getPort() : tls ? 443 : 80;
        SocketAddress server = ConnectTo.of(rules, uri.getHost())
                .map(ConnectTo::socketAddress)
                .orElseGet(() -> SocketAddress.inetSocketAddress(port, uri.getHost()));
        String target = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        return client.request(method, server, port, uri.getHost(), target)
                .ssl(tls)
                .followRedirects(false)
                .timeout(DEADLINE.toMillis())
                .putHeader("accept", "application/json");
    }

    /** What no answer means. */
    static <T> Future<T> failure(String url, Throwable cause, String advice) {
        URI uri = URI.create(url);
        String site = uri.getScheme() + "://" + uri.getAuthority();
        String said = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        if (cause instanceof SSLException) {
            return Future.failedFuture(new AzureException(
                    0,
                    "NotTrusted",
                    site + " was reached, but TLS failed: " + said
                            + ". If its certificate is of a private authority, name that in network.trustedCa."));
        }
        if (cause instanceof IOException) {
            return Future.failedFuture(
                    new AzureException(0, "Unreachable", site + " cannot be reached: " + said + ". " + advice));
        }
        return Future.failedFuture(new AzureException(
                429, "SignInUnavailable", site + " did not answer: " + said + ". Nothing was sent. Run again later."));
    }
}
