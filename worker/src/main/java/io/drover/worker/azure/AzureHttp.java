package io.drover.worker.azure;

import io.drover.worker.azure.hub.TrustStore;
import io.drover.worker.azure.quota.QuotaGate;
import io.drover.worker.azure.quota.Quotas;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.opentelemetry.context.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The one way to Azure's HTTPS APIs: token, quota, connect-to rule, deadline, metric and retries for every call.
 * A 429 is waited out and slows the gate; 5xx and lost connections are tried again a few times when the call may be
 * repeated. Anything else but 2xx fails with {@link AzureException}. Thread-safe.
 */
public final class AzureHttp {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(25), Duration.ofMillis(100), Duration.ofMillis(500),
        Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(30)
    };
    private static final int TRIES_ON_FAILURE = 4;
    private static final int TRIES_ON_THROTTLE = 30;
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(5);
    private static final Duration LONGEST_QUEUE = Duration.ofSeconds(5);

    /**
     * One try of a call.
     *
     * @param trace the context in which the call was asked for
     * @param renewed whether its token was made for it, after a refusal
     */
    private record Try(AzureCall call, Context trace, int number, boolean renewed) {
        Try next() {
            return new Try(call, trace, number + 1, false);
        }

        Try renewing() {
            return new Try(call, trace, number + 1, true);
        }
    }

    private final Vertx vertx;
    private final WebClient client;
    private final CallAuthorization authorization;
    private final Quotas quotas;
    private final List<ConnectTo> rules;
    private final MeterRegistry meters;
    private final Clock clock;

    public AzureHttp(
            Vertx vertx,
            HttpClientOptions options,
            CallAuthorization authorization,
            Quotas quotas,
            List<ConnectTo> rules,
            MeterRegistry meters,
            Clock clock) {
        this.vertx = vertx;
        this.client = WebClient.wrap(vertx.createHttpClient(
                new HttpClientOptions(options), new io.vertx.core.http.PoolOptions().setHttp1MaxSize(64)));
        this.authorization = authorization;
        this.quotas = quotas;
        this.rules = List.copyOf(rules);
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * TLS options for all Azure clients: the host is always checked.
     *
     * @param trustedCa PEM file of authorities trusted beside the JRE's, read here (blocking); or null
     */
    public static HttpClientOptions tls(Path trustedCa) {
        HttpClientOptions options =
                new HttpClientOptions().setSsl(true).setVerifyHost(true).setConnectTimeout(10_000);
        if (trustedCa == null) {
            return options;
        }
        try {
            return options.setTrustOptions(TrustStore.defaultsAnd(trustedCa).options());
        } catch (IOException | GeneralSecurityException e) {
            throw new AzureException(
                    0,
                    "TrustedCa",
                    "network.trustedCa: " + trustedCa + " cannot be used (" + e.getMessage()
                            + "). Name a PEM file of CA certificates.");
        }
    }

    /** Sends the call, patiently. Fails with {@link AzureException}. */
    public Future<HttpResponse<Buffer>> send(AzureCall call) {
        return attempt(new Try(call, Context.current(), 1, false));
    }

    /** The quotas that these calls are paced by. */
    public Quotas quotas() {
        return quotas;
    }

    /** The token is asked for when the call may leave: one asked for before the wait could have expired by then. */
    private Future<HttpResponse<Buffer>> attempt(Try now) {
        AzureCall call = now.call();
        List<QuotaGate> gates = gates(call);
        return enter(gates, call)
                .compose(free -> authorization.header(call))
                .compose(header -> exchange(now, header))
                .transform(result -> {
                    if (result.failed()) {
                        return retryLost(now, result.cause());
                    }
                    return judge(now, gates, result.result());
                });
    }

    /** Of each limit that the call consumes, the narrower first. */
    private List<QuotaGate> gates(AzureCall call) {
        String owner = call.uri().getHost();
        QuotaGate own = quotas.gate(call.limit(), owner);
        return call.limit()
                .within()
                .map(wider -> List.of(own, quotas.gate(wider, owner)))
                .orElseGet(() -> List.of(own));
    }

    private static Future<Void> enter(List<QuotaGate> gates, AzureCall call) {
        Future<Void> all = Future.succeededFuture();
        for (QuotaGate gate : gates) {
            all = all.compose(passed -> enter(gate, call));
        }
        return all;
    }

    private static Future<Void> enter(QuotaGate gate, AzureCall call) {
        return call.patient()
                ? gate.acquire(call.items())
                : gate.acquireWithin(LONGEST_QUEUE)
                        .orElseGet(() -> Future.failedFuture(new AzureException(
                                429,
                                "Throttled",
                                call.uri().getHost() + " is throttled; " + call.operation() + " was not sent.")));
    }

    private Future<HttpResponse<Buffer>> exchange(Try now, String authorizationHeader) {
        AzureCall call = now.call();
        URI uri = call.uri();
        int port = uri.getPort() < 0 ? 443 : uri.getPort();
        SocketAddress server = ConnectTo.of(rules, uri.getHost())
                .map(ConnectTo::socketAddress)
                .orElseGet(() -> SocketAddress.inetSocketAddress(port, uri.getHost()));
        String target = uri.getRawPath() + (uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery());
        HttpRequest<Buffer> request = client.request(call.method(), server, port, uri.getHost(), target)
                .ssl(true)
                .timeout(call.deadline().toMillis())
                .putHeader("authorization", authorizationHeader)
                .putHeader("accept", "application/json");
        for (Map.Entry<String, String> header : call.headers().entrySet()) {
            request.putHeader(header.getKey(), header.getValue());
        }
        CallSpan span = CallSpan.begin(call, now.trace());
        span.propagate(request);
        Timer.Sample sample = Timer.start(meters);
        Future<HttpResponse<Buffer>> sent = call.body() == null
                ? request.send()
                : request.putHeader("content-type", "application/json").sendBuffer(call.body());
        return sent.timeout(call.deadline().toMillis() + 1000, TimeUnit.MILLISECONDS)
                .onComplete(span::end)
                .onComplete(done -> sample.stop(Timer.builder("drover.azure.calls")
                        .description("Calls to Azure by service, operation and status; none where no answer came")
                        .tag("service", call.service())
                        .tag("operation", call.operation())
                        .tag(
                                "status",
                                done.succeeded()
                                        ? Integer.toString(done.result().statusCode())
                                        : "none")
                        .serviceLevelObjectives(BUCKETS)
                        .register(meters)));
    }

    private Future<HttpResponse<Buffer>> judge(Try now, List<QuotaGate> gates, HttpResponse<Buffer> answer) {
        AzureCall call = now.call();
        int status = answer.statusCode();
        if ((status >= 200 && status < 300) || isPartial(call, answer)) {
            return isCut(answer)
                    ? retryLost(now, new IOException("its JSON ends in the middle"))
                    : Future.succeededFuture(answer);
        }
        if (status == 429 && now.number() < TRIES_ON_THROTTLE) {
            Counter.builder("drover.azure.throttles")
                    .description("Answers 429 by the limit that the call counts against")
                    .tag("service", call.service())
                    .tag("limit", call.limit().key())
                    .register(meters)
                    .increment();
            Duration wait = retryAfter(answer, now.number());
            // The answer does not say which of them was meant.
            gates.forEach(gate -> gate.throttled(wait));
            return call.patient() ? attempt(now.next()) : Future.failedFuture(refusal(call, answer, wait));
        }
        if (status == 401 && !now.renewed()) {
            // A token can be revoked before it expires; a second 401 with a new one is a real refusal.
            authorization.refused(call);
            return attempt(now.renewing());
        }
        if (status >= 500 && call.repeatable() && now.number() < TRIES_ON_FAILURE) {
            return later(backoff(now.number())).compose(passed -> attempt(now.next()));
        }
        return Future.failedFuture(refusal(call, answer, null));
    }

    /** JSON that does not end with the bracket it began with: whatever was carried out, the answer is lost. */
    private static boolean isCut(HttpResponse<Buffer> answer) {
        Buffer body = answer.body();
        if (body == null || body.length() == 0) {
            return false;
        }
        String text = body.toString().strip();
        return (text.startsWith("{") && !text.endsWith("}")) || (text.startsWith("[") && !text.endsWith("]"));
    }

    /** A registry's bulk operation answers so when some of its items failed (reference section e). */
    private static boolean isPartial(AzureCall call, HttpResponse<Buffer> answer) {
        return call.items() > 1
                && answer.statusCode() == 400
                && answer.bodyAsString("UTF-8") != null
                && answer.bodyAsString("UTF-8").contains("\"isSuccessful\"");
    }

    private Future<HttpResponse<Buffer>> retryLost(Try now, Throwable cause) {
        AzureCall call = now.call();
        if (cause instanceof AzureException refused) {
            return Future.failedFuture(refused);
        }
        if (call.repeatable() && now.number() < TRIES_ON_FAILURE) {
            return later(backoff(now.number())).compose(passed -> attempt(now.next()));
        }
        return Future.failedFuture(new AzureException(
                0,
                "NoAnswer",
                call.uri().getHost() + " gave no answer to " + call.operation() + " ("
                        + cause.getClass().getSimpleName() + ": " + cause.getMessage()
                        + "). Check that the name is right and reachable from here."));
    }

    private Duration retryAfter(HttpResponse<Buffer> answer, int number) {
        Duration asked = RetryAfter.parse(answer.getHeader("retry-after"), Instant.now(clock))
                .orElseGet(() -> backoff(number));
        return asked.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : asked;
    }

    private Duration backoff(int number) {
        long millis = Math.min(30_000, 500L << Math.min(10, number - 1)) / quotas.timeCompression();
        return Duration.ofMillis(Math.max(50, millis));
    }

    private Future<Void> later(Duration wait) {
        return vertx.timer(wait.toMillis()).mapEmpty();
    }

    private static AzureException refusal(AzureCall call, HttpResponse<Buffer> answer, Duration retryAfter) {
        AzureError error = AzureError.parse(answer.body(), answer.getHeader("iothub-errorcode"));
        int status = answer.statusCode();
        String advice = switch (status) {
            case 401 ->
                "The token was refused: check tenant, client and that the service trusts this directory, and give the"
                        + " application's service principal its role there; some services answer so when it has none."
                        + " Where access gives a policy or token for it, check its name, key and rights.";
            case 403 -> "Give the application's service principal a role that allows this.";
            case 404 -> "Check the name in the configuration.";
            case 429 -> "The service stays throttled: lower the quota in the configuration and run again.";
            default -> status >= 500 ? "The service failed: run again later." : "Check the configuration.";
        };
        return new AzureException(
                status,
                error.code(),
                call.uri().getHost() + " answered " + status + " to " + call.operation()
                        + (error.code().isEmpty() ? "" : " (" + error.code() + ")")
                        + (error.message().isEmpty() ? "" : ": " + error.message())
                        + (error.message().endsWith(".") ? " " : ". ") + advice,
                retryAfter);
    }
}
