package io.drover.simulator.cloud.central;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Carries messages to one webhook, a few at a time, each posted until it is taken, refused for good or too old. So a message comes at
 * least once and messages may overtake each other. How IoT Central retries is not documented; this is a choice of the emulator:
 * pauses from 1 s, doubling to 60 s, for an hour (times divided by the time compression).
 */
final class WebhookDelivery {
    private static final int IN_FLIGHT = 8;
    /** Beyond this the oldest go first; an event is about 400 bytes. */
    private static final int MAX_WAITING = 50_000;

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);
    private static final Duration PATIENCE = Duration.ofHours(1);

    /** Where the destination stands, with the documented words. */
    enum Status {
        WAITING,
        HEALTHY,
        ERROR
    }

    private final Vertx vertx;
    private final Context context;
    private final WebClient client;
    private final WebhookDestination destination;
    private final Clock clock;
    private final int timeCompression;
    private final Deque<Buffer> waiting = new ArrayDeque<>();
    private int inFlight;
    private volatile boolean closed;
    private volatile Status status = Status.WAITING;
    private volatile Instant lastExport;
    private volatile String lastError;

    WebhookDelivery(Vertx vertx, WebClient client, WebhookDestination destination, Clock clock, int timeCompression) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.client = client;
        this.destination = destination;
        this.clock = clock;
        this.timeCompression = timeCompression;
    }

    WebhookDestination destination() {
        return destination;
    }

    Status status() {
        return status;
    }

    /** When a message was last taken; null before the first. */
    Instant lastExport() {
        return lastExport;
    }

    /** Why the last message failed; null when it did not. */
    String lastError() {
        return lastError;
    }

    /** Takes a message from any thread. */
    void offer(Buffer message) {
        context.runOnContext(turn -> {
            if (waiting.size() == MAX_WAITING) {
                waiting.removeFirst();
                status = Status.ERROR;
                lastError = "More than " + MAX_WAITING + " messages wait; the oldest are dropped.";
            }
            waiting.addLast(message);
            pump();
        });
    }

    /** Nothing is posted any more. */
    void close() {
        closed = true;
        context.runOnContext(turn -> waiting.clear());
    }

    private void pump() {
        while (!closed && inFlight < IN_FLIGHT && !waiting.isEmpty()) {
            inFlight++;
            Instant last = clock.instant().plus(compressed(PATIENCE));
            deliver(waiting.removeFirst(), compressed(FIRST_PAUSE), last)
                    .onComplete(done -> context.runOnContext(turn -> {
                        inFlight--;
                        pump();
                    }));
        }
    }

    private Future<Void> deliver(Buffer message, Duration pause, Instant last) {
        return post(message).transform(attempt -> {
            if (attempt.succeeded() && isSuccess(attempt.result().statusCode())) {
                status = Status.HEALTHY;
                lastExport = clock.instant();
                lastError = null;
                return Future.succeededFuture();
            }
            status = Status.ERROR;
            lastError = attempt.succeeded()
                    ? "The webhook answered " + attempt.result().statusCode() + "."
                    : "The webhook did not answer.";
            boolean again = attempt.failed() || isPassing(attempt.result().statusCode());
            if (closed || !again || clock.instant().isAfter(last)) {
                return Future.succeededFuture();
            }
            Duration next = pause.multipliedBy(2);
            Duration longest = compressed(LONGEST_PAUSE);
            return vertx.timer(Math.max(1, pause.toMillis()))
                    .compose(later -> closed
                            ? Future.succeededFuture()
                            : deliver(message, next.compareTo(longest) > 0 ? longest : next, last));
        });
    }

    private Future<HttpResponse<Buffer>> post(Buffer message) {
        HttpRequest<Buffer> request;
        try {
            request = client.request(
                    HttpMethod.POST,
                    new RequestOptions().setAbsoluteURI(destination.url().toString()));
        } catch (IllegalArgumentException | IllegalStateException unusable) {
            return Future.failedFuture(unusable);
        }
        request.timeout(ANSWER_TIMEOUT.toMillis()).putHeader("content-type", "application/json; charset=utf-8");
        destination.query().forEach((name, value) -> request.addQueryParam(name, value.value()));
        destination.headers().forEach((name, value) -> request.putHeader(name, value.value()));
        if (destination.authorization() != null) {
            request.putHeader("authorization", destination.authorization());
        }
        return request.sendBuffer(message);
    }

    private Duration compressed(Duration time) {
        return time.dividedBy(timeCompression);
    }

    private static boolean isSuccess(int answer) {
        return answer >= 200 && answer < 300;
    }

    private static boolean isPassing(int answer) {
        return answer >= 500 || answer == 408 || answer == 429;
    }
}
