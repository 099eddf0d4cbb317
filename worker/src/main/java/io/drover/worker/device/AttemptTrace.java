package io.drover.worker.device;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The trace of one attempt to move one device. Its ids follow from what the ledger says of the attempt, so every stage,
 * process and restart finds the same trace without anything being handed on.
 */
public record AttemptTrace(String traceId, String spanId) {
    private static final ContextKey<AttemptTrace> KEY = ContextKey.named("drover-attempt");

    /** Of the row's latest attempt; the row's device was commanded. */
    public static AttemptTrace of(DeviceRow row) {
        ByteBuffer digest = ByteBuffer.wrap(sha256(row.key().migrationId() + "\n" + row.deviceId() + "\n"
                + row.attempt() + "\n" + row.attemptAt().toEpochMilli()));
        return new AttemptTrace(
                TraceId.fromLongs(digest.getLong(), digest.getLong()), SpanId.fromLong(digest.getLong()));
    }

    /** Makes what is done within the context, such as a call to Azure, a part of the attempt. */
    public Context context() {
        return Context.root()
                .with(Span.wrap(SpanContext.createFromRemoteParent(
                        traceId, spanId, TraceFlags.getSampled(), TraceState.getDefault())));
    }

    /** In which the attempt's own span is started, with these ids. */
    Context beginning() {
        return Context.root().with(KEY, this);
    }

    /** The attempt whose own span is started in the context, or null. */
    public static AttemptTrace begunIn(Context context) {
        return context.get(KEY);
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
