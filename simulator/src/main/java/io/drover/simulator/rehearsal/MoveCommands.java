package io.drover.simulator.rehearsal;

import io.drover.simulator.fleet.lean.ConnectionGate;
import io.drover.simulator.load.LoadRecorder;
import io.drover.simulator.load.LoadReport;
import io.drover.simulator.load.LoadRun;
import io.drover.simulator.load.LoadStep;
import io.drover.simulator.load.OpenLoop;
import io.drover.simulator.load.WallClock;
import io.drover.simulator.rehearsal.AzureRest.Service;
import io.drover.simulator.tls.TlsEngine;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.client.WebClientOptions;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;

/**
 * Tells devices to move, by REST over kept-alive TLS connections as the worker does: each at its intended instant, or so that only so
 * many are on the way. Methods block; what is sent is sent by one event loop.
 */
final class MoveCommands implements AutoCloseable {
    private static final int CONNECTIONS = 64;
    private static final Duration POLL = Duration.ofMillis(100);
    private static final long ANSWER_MILLIS = 40_000;

    /** Who is told what. */
    record Order(int httpsPort, String caCertificate, String token, Site source, String host, String idScope) {
        @Override
        public String toString() {
            return "Order[" + host + ", " + idScope + "]";
        }
    }

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(false));
    private final Context context = ((VertxInternal) vertx).createEventLoopContext();
    private final ConnectionGate gate = new ConnectionGate(CONNECTIONS);
    private final WallClock wall = new WallClock(Clock.systemUTC());
    private final WebClient client;
    private final Order order;
    private final Buffer body;
    private final IntFunction<String> deviceId;
    private final AtomicLongArray meant;
    private final AtomicLongArray answered;
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();
    private final Map<String, AtomicLong> refusals = new ConcurrentHashMap<>();
    private LoadRecorder recorder = new LoadRecorder();

    MoveCommands(Order order, int devices, IntFunction<String> deviceId) {
        this.order = order;
        this.deviceId = deviceId;
        this.meant = new AtomicLongArray(devices);
        this.answered = new AtomicLongArray(devices);
        JsonObject payload = new JsonObject().put("idScope", order.idScope());
        this.body = (order.source().isCentral()
                        ? new JsonObject().put("request", payload)
                        : new JsonObject()
                                .put("methodName", "migration*DeviceMove")
                                .put("responseTimeoutInSeconds", 30)
                                .put("payload", payload))
                .toBuffer();
        WebClientOptions options = new WebClientOptions()
                .setSsl(true)
                .setTrustOptions(new PemTrustOptions().addCertPath(order.caCertificate()));
        options.setSslEngineOptions(TlsEngine.fastest().options());
        this.client = WebClient.create(vertx, options, new PoolOptions().setHttp1MaxSize(CONNECTIONS));
    }

    /**
     * Commands devices {@code from} up to, but without, {@code to} at these nanoseconds from now, and returns when all are answered.
     *
     * @throws TimeoutException when not all were answered in time
     */
    LoadReport openLoop(int from, int to, long[] intended, Duration lagLimit) throws TimeoutException {
        recorder = new LoadRecorder();
        LoadRun run = new LoadRun(recorder, intended.length, lagLimit, Clock.systemUTC());
        OpenLoop loop = new OpenLoop(context, intended, (place, at) -> send(from + place, at));
        run.add(loop);
        long before = ended.get();
        context.runOnContext(begin -> loop.begin(run.originNanos()));
        long last = 0;
        for (long nanos : intended) {
            last = Math.max(last, nanos);
        }
        long deadline = System.nanoTime() + last + TimeUnit.MILLISECONDS.toNanos(2 * ANSWER_MILLIS);
        until(() -> ended.get() - before, to - from, deadline);
        return run.report();
    }

    /** Commands devices so that at most {@code window} have been told and have not arrived, as {@code arrived} counts them. */
    void closedLoop(int from, int to, int window, LongSupplier arrived, Duration patience) throws TimeoutException {
        recorder = new LoadRecorder();
        long before = arrived.getAsLong();
        long refusedBefore = refused.get();
        long endedBefore = ended.get();
        long deadline = System.nanoTime() + patience.toNanos();
        int next = from;
        while (next < to) {
            long room = window - (next - from) + (arrived.getAsLong() - before) + (refused.get() - refusedBefore);
            for (; room > 0 && next < to; room--) {
                int index = next++;
                context.runOnContext(go -> send(index, System.nanoTime()));
            }
            if (System.nanoTime() > deadline) {
                throw new TimeoutException((to - next) + " devices were not commanded within " + patience.toSeconds()
                        + " s; the move does not go on");
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        until(() -> ended.get() - endedBefore, to - from, deadline);
    }

    private static void until(LongSupplier count, long wanted, long deadlineNanos) throws TimeoutException {
        while (count.getAsLong() < wanted) {
            if (System.nanoTime() > deadlineNanos) {
                throw new TimeoutException(
                        (wanted - count.getAsLong()) + " of " + wanted + " commands were not answered in time");
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    private void send(int index, long meantNanos) {
        meant.set(index, wall.micros(meantNanos));
        LoadRecorder records = recorder;
        gate.connect(() -> {
                    records.record(LoadStep.LAG, index, meantNanos, System.nanoTime());
                    return request(deviceId.apply(index));
                })
                .onSuccess(answer -> accepted(index, answer))
                .onFailure(failure -> refuse(String.valueOf(failure.getMessage())))
                .onComplete(done -> ended.incrementAndGet());
    }

    private Future<HttpResponse<Buffer>> request(String id) {
        boolean central = order.source().isCentral();
        String path = central
                ? "/api/devices/" + id + "/components/migration/commands/DeviceMove"
                        + AzureRest.version(Service.CENTRAL)
                : "/twins/" + id + "/methods" + AzureRest.version(Service.HUB);
        return client.request(
                        HttpMethod.POST,
                        new RequestOptions()
                                .setServer(SocketAddress.inetSocketAddress(order.httpsPort(), "127.0.0.1"))
                                .setHost(order.host())
                                .setPort(443)
                                .setSsl(true)
                                .setURI(path))
                .bearerTokenAuthentication(order.token())
                .putHeader("content-type", "application/json")
                .timeout(ANSWER_MILLIS)
                .sendBuffer(body);
    }

    private void accepted(int index, HttpResponse<Buffer> answer) {
        JsonObject told = answer.statusCode() / 100 == 2 ? answer.bodyAsJsonObject() : new JsonObject();
        if (told.getInteger("responseCode", told.getInteger("status", 0)) == 200) {
            answered.set(index, wall.micros(System.nanoTime()));
        } else {
            refuse(answer.statusCode() + " " + answer.bodyAsString());
        }
    }

    private void refuse(String why) {
        refused.incrementAndGet();
        if (refusals.size() < 10 || refusals.containsKey(why)) {
            refusals.computeIfAbsent(why, none -> new AtomicLong()).incrementAndGet();
        }
    }

    /** Commands that no device accepted. */
    long refused() {
        return refused.get();
    }

    /** Why, with counts; the first ten reasons. */
    Map<String, AtomicLong> refusals() {
        return new TreeMap<>(refusals);
    }

    /** When the device's command was meant to begin, in microseconds since 1970; 0 when it was told nothing. */
    long meantMicros(int index) {
        return meant.get(index);
    }

    /** When its answer was there; 0 when there was none. */
    long answeredMicros(int index) {
        return answered.get(index);
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
