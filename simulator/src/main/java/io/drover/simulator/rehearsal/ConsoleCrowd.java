package io.drover.simulator.rehearsal;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * People at a worker's console: each has an event stream of the migration and asks for a list of devices every five seconds. An event's lag is
 * that of the oldest change that it brings, from the last look that did not see the change yet: never less than what it was. A list's time
 * counts from when it was meant to be sent. Histograms are in microseconds. For one thread; its connections have an event loop of their own.
 */
final class ConsoleCrowd implements AutoCloseable {
    private static final long MICROS_MOST = TimeUnit.MINUTES.toMicros(2);
    private static final Duration DEADLINE = Duration.ofSeconds(30);
    private static final double LIST_EVERY_SECONDS = 5;
    private static final String[] LISTS = {
        "?limit=50",
        "?state=MIGRATED&limit=50",
        "?state=PENDING&limit=50",
        "?wave=1&limit=50",
        "?search=truck-0001&limit=50",
        "?search=*0042&limit=50",
        "?sort=-changed&limit=50",
        "?state=MIGRATED&sort=-changed&limit=50",
        "?state=PENDING&wave=2&search=parked-000&limit=50",
        "?search=*zzz&limit=50"
    };

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpClient streams;
    private final HttpClient http;
    private final URI api;
    private final String migration;
    private final int browsers;
    private final CountProbe probe;
    private final Histogram events = new ConcurrentHistogram(MICROS_MOST, 3);
    private final Histogram lists = new ConcurrentHistogram(MICROS_MOST, 3);
    private final AtomicLong failed = new AtomicLong();
    private final Set<HttpConnection> people = ConcurrentHashMap.newKeySet();
    private long asked;
    private volatile long asking = -1;
    private volatile boolean counting;

    ConsoleCrowd(String address, String migration, int browsers) {
        this.api = URI.create(address + "/api/v1/migrations/" + migration);
        this.migration = migration;
        this.browsers = browsers;
        this.streams = vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(browsers));
        this.http = vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(browsers));
        this.probe = new CountProbe(vertx, http, request(""));
    }

    private RequestOptions request(String rest) {
        return new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost(api.getHost())
                .setPort(api.getPort())
                .setURI(api.getPath() + rest);
    }

    /** Begins the migration and looks at it from then on. */
    void apply() {
        int status = await(http.request(request("/apply").setMethod(HttpMethod.POST))
                .compose(request ->
                        request.putHeader("content-type", "application/json").send("{}"))
                .map(HttpClientResponse::statusCode));
        if (status != 202) {
            throw new RehearsalException(migration + " cannot be applied: it was answered with " + status);
        }
        probe.start();
    }

    CountProbe probe() {
        return probe;
    }

    /** The people open the page of the migration. */
    void come() {
        for (int browser = 0; browser < browsers; browser++) {
            streams.request(request("/events").putHeader("accept", "text/event-stream"))
                    .compose(request -> {
                        people.add(request.connection());
                        return request.send();
                    })
                    .onSuccess(this::watch)
                    .onFailure(away -> failed.incrementAndGet());
        }
        double every = LIST_EVERY_SECONDS * 1e9 / browsers;
        long begun = System.nanoTime();
        long first = asked;
        asking = vertx.setPeriodic(Math.max(1, (long) (every / 2e6)), due -> {
            for (long meant = meant(begun, first, every);
                    meant <= System.nanoTime();
                    meant = meant(begun, first, every)) {
                list(meant);
            }
        });
    }

    private long meant(long begun, long first, double every) {
        return begun + Math.round((asked - first) * every);
    }

    /** From now on what they see counts, or no more. */
    void count(boolean on) {
        counting = on;
    }

    private void watch(HttpClientResponse stream) {
        if (stream.statusCode() != 200) {
            failed.incrementAndGet();
            return;
        }
        long[] known = {-1};
        stream.handler(new ConsoleEvents(migrated -> {
            if (counting && known[0] >= 0 && migrated > known[0]) {
                probe.stillAt(known[0]).ifPresent(still -> record(events, System.nanoTime() - still));
            }
            known[0] = migrated;
        }));
        stream.endHandler(ended -> broken());
        stream.exceptionHandler(gone -> broken());
    }

    private void broken() {
        if (counting) {
            failed.incrementAndGet();
        }
    }

    private void list(long meant) {
        boolean counts = counting;
        String which = LISTS[(int) (asked++ % LISTS.length)];
        http.request(request("/devices" + which))
                .compose(request ->
                        request.send().compose(answer -> answer.body().map(answer.statusCode())))
                .timeout(DEADLINE.toSeconds(), TimeUnit.SECONDS)
                .onComplete(done -> {
                    if (done.failed() || done.result() != 200) {
                        failed.incrementAndGet();
                    }
                    if (counts) {
                        record(lists, System.nanoTime() - meant);
                    }
                });
    }

    /** They close their pages. */
    void leave() {
        counting = false;
        vertx.cancelTimer(asking);
        people.forEach(HttpConnection::close);
        people.clear();
    }

    private static void record(Histogram histogram, long nanos) {
        histogram.recordValue(Math.min(MICROS_MOST, Math.max(1, nanos / 1000)));
    }

    Histogram events() {
        return events;
    }

    Histogram lists() {
        return lists;
    }

    /** Requests that were refused, failed or took too long, and streams that broke. */
    long failed() {
        return failed.get() + probe.failed();
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new RehearsalException("Interrupted", stopped);
        } catch (ExecutionException | TimeoutException failure) {
            throw new RehearsalException("The worker did not answer: " + failure.getMessage(), failure);
        }
    }

    @Override
    public void close() {
        probe.stop();
        await(vertx.close());
    }
}
