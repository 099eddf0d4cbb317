package io.drover.worker.tracing;

import io.drover.worker.device.AttemptTrace;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.IdGenerator;

/** An attempt's own span has the ids that follow from the ledger; all others are random. Thread-safe. */
public final class AttemptIds implements IdGenerator {
    private final IdGenerator random = IdGenerator.random();

    @Override
    public String generateTraceId() {
        AttemptTrace begun = AttemptTrace.begunIn(Context.current());
        return begun == null ? random.generateTraceId() : begun.traceId();
    }

    @Override
    public String generateSpanId() {
        AttemptTrace begun = AttemptTrace.begunIn(Context.current());
        return begun == null ? random.generateSpanId() : begun.spanId();
    }
}
