package io.drover.worker.azure;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;

/**
 * One exchange with Azure as a span of the attempt that it serves, named as OpenTelemetry's conventions for HTTP clients
 * have it; its {@code traceparent} goes along (W3C Trace Context). Only where a call is made for one device and traces are
 * taken; otherwise nothing is made and nothing is sent.
 */
final class CallSpan {
    private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
    private static final AttributeKey<String> HOST = AttributeKey.stringKey("server.address");
    private static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
    private static final AttributeKey<String> REQUEST_ID = AttributeKey.stringKey("azure.request_id");
    private static final AttributeKey<String> LIMIT = AttributeKey.stringKey("drover.limit");

    private final Span span;

    private CallSpan(Span span) {
        this.span = span;
    }

    /** Begins it within {@code parent}, the context in which the call was asked for. */
    static CallSpan begin(AzureCall call, Context parent) {
        if (!Span.fromContext(parent).getSpanContext().isValid()) {
            return new CallSpan(Span.getInvalid());
        }
        return new CallSpan(GlobalOpenTelemetry.getTracer("io.drover.worker")
                .spanBuilder(call.service() + " " + call.operation())
                .setSpanKind(SpanKind.CLIENT)
                .setParent(parent)
                .setAttribute(METHOD, call.method().name())
                .setAttribute(HOST, call.uri().getHost())
                .setAttribute(LIMIT, call.limit().key())
                .startSpan());
    }

    /** Tells the service which trace this is. */
    void propagate(HttpRequest<Buffer> request) {
        SpanContext context = span.getSpanContext();
        if (span.isRecording()) {
            request.putHeader(
                    "traceparent",
                    "00-" + context.getTraceId() + "-" + context.getSpanId() + "-"
                            + context.getTraceFlags().asHex());
        }
    }

    /** Ends it with the answer, or with why there was none. */
    void end(AsyncResult<HttpResponse<Buffer>> answer) {
        if (answer.failed()) {
            span.setStatus(StatusCode.ERROR, answer.cause().getClass().getSimpleName());
        } else {
            int status = answer.result().statusCode();
            span.setAttribute(STATUS, (long) status);
            String id = answer.result().getHeader("x-ms-request-id");
            if (id != null) {
                span.setAttribute(REQUEST_ID, id);
            }
            if (status >= 400) {
                span.setStatus(StatusCode.ERROR);
            }
        }
        span.end();
    }
}
