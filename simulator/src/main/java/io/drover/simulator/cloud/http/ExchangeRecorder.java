package io.drover.simulator.cloud.http;

import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.AsyncFile;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Writes every HTTPS exchange to a file, one JSON object a line: method, host, uri, headers and body of the request; status, headers
 * and body of the answer. Authorization headers are masked; bodies are whole up to 1 MiB and hold the emulated keys. What the disk
 * cannot take in time is not waited for: the last line tells how many exchanges are {@code lost}.
 */
public final class ExchangeRecorder {
    static final int MAX_BODY = 1024 * 1024;
    private static final int MAX_QUEUED = 64 * 1024 * 1024;

    private final AsyncFile file;
    private final AtomicLong lost = new AtomicLong();

    private ExchangeRecorder(AsyncFile file) {
        this.file = file.setWriteQueueMaxSize(MAX_QUEUED);
    }

    /** Opens the file, emptied if it was there. Fails when it cannot be written. */
    public static Future<ExchangeRecorder> open(Vertx vertx, Path file) {
        return vertx.fileSystem()
                .open(file.toString(), new OpenOptions().setTruncateExisting(true))
                .map(ExchangeRecorder::new);
    }

    /** The handler, with every request it gets and every answer it gives written down. */
    public Handler<HttpServerRequest> around(Handler<HttpServerRequest> handler) {
        return request -> handler.handle(new RecordedRequest(request, this));
    }

    /** Writes what is left and closes the file. */
    public Future<Void> close() {
        return file.write(Buffer.buffer(new JsonObject().put("lost", lost.get()).encode() + "\n"))
                .transform(written -> file.close());
    }

    /** The answer ended; the line is written when the request has too, or its connection is lost. */
    void ended(RecordedRequest request, RecordedResponse response) {
        if (request.isEnded()) {
            write(request, response);
        } else {
            request.end().onComplete(read -> write(request, response));
        }
    }

    private void write(RecordedRequest request, RecordedResponse response) {
        if (file.writeQueueFull()) {
            lost.incrementAndGet();
            return;
        }
        JsonObject line = new JsonObject()
                .put("method", request.method().name())
                .put("host", VirtualHosts.hostOf(request))
                .put("uri", request.uri())
                .put("requestHeaders", headers(request.headers()))
                .put("requestBody", request.recorded().toString())
                .put("status", response.delegate().getStatusCode())
                .put("answerHeaders", headers(response.delegate().headers()))
                .put("answerBody", response.recorded().toString());
        file.write(Buffer.buffer(line.encode() + "\n")).onFailure(failure -> lost.incrementAndGet());
    }

    private static JsonObject headers(MultiMap headers) {
        JsonObject shown = new JsonObject();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            shown.put(name, name.equals("authorization") ? "***" : header.getValue());
        }
        return shown;
    }
}
