package io.drover.simulator.cloud.http;

import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.http.HttpServerRequestInternal;
import io.vertx.core.internal.http.HttpServerRequestWrapper;

/** A request whose body is kept as its handler reads it, and whose answer is recorded. */
final class RecordedRequest extends HttpServerRequestWrapper {
    private final Buffer body = Buffer.buffer();
    private final HttpServerResponse response;

    RecordedRequest(HttpServerRequest request, ExchangeRecorder recorder) {
        super((HttpServerRequestInternal) request);
        this.response = RecordedResponse.of(request.response(), ended -> recorder.ended(this, ended));
        // Some services do not read the body at all; it is recorded nevertheless.
        super.handler(this::keep);
    }

    @Override
    public HttpServerRequest handler(Handler<Buffer> handler) {
        super.handler(
                handler == null
                        ? this::keep
                        : part -> {
                            keep(part);
                            handler.handle(part);
                        });
        return this;
    }

    private void keep(Buffer part) {
        if (body.length() + part.length() <= ExchangeRecorder.MAX_BODY) {
            body.appendBuffer(part);
        }
    }

    @Override
    public HttpServerResponse response() {
        return response;
    }

    Buffer recorded() {
        return body;
    }
}
