package io.drover.worker.device;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes the trace of each attempt when it has ended and that is committed: its span from the command to the end, and one
 * for each stage that was proven. Costs next to nothing where nobody takes traces. Thread-safe.
 *
 * <p>A device that arrives after it was given up on ends the same attempt twice; the later span is the longer one.
 */
final class AttemptSpans {
    private static final AttributeKey<String> DEVICE = AttributeKey.stringKey("drover.device");
    private static final AttributeKey<Long> MIGRATION = AttributeKey.longKey("drover.migration");
    private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("drover.attempt");
    private static final AttributeKey<Long> WAVE = AttributeKey.longKey("drover.wave");
    private static final AttributeKey<String> STATE = AttributeKey.stringKey("drover.state");
    private static final AttributeKey<String> REASON = AttributeKey.stringKey("drover.reason");
    private static final AttributeKey<String> HUB = AttributeKey.stringKey("drover.hub");

    private final Tracer tracer;

    AttemptSpans(OpenTelemetry telemetry) {
        this.tracer = telemetry.getTracer("io.drover.worker");
    }

    /** The next command begins another attempt, and no answer to this one was the last word. */
    void repeated(DeviceRow before, DeviceRow after) {
        if (before.attemptAt() != null && after.attemptAt() != null) {
            write(before, after.attemptAt(), before.state().name());
        }
    }

    /** Writes the attempt that ended so; {@code measured} runs as a part of it, so that what it measures leads to the trace. */
    void ended(DeviceRow row, Runnable measured) {
        if (row.attemptAt() == null || row.finishedAt() == null) {
            measured.run();
            return;
        }
        Span attempt = write(row, row.finishedAt(), row.state().name());
        Context.root().with(attempt).wrap(measured).run();
    }

    private Span write(DeviceRow row, Instant end, String state) {
        Span attempt = begin(row);
        attempt.setAttribute(DEVICE, row.deviceId())
                .setAttribute(MIGRATION, row.key().migrationId())
                .setAttribute(ATTEMPT, (long) row.attempt())
                .setAttribute(WAVE, (long) row.wave())
                .setAttribute(STATE, state);
        if (row.reason() != null) {
            attempt.setAttribute(REASON, row.reason().name());
        }
        if (row.assignedHub() != null) {
            attempt.setAttribute(HUB, row.assignedHub());
        }
        if (!row.state().equals(DeviceState.MIGRATED)) {
            attempt.setStatus(
                    StatusCode.ERROR, row.reason() == null ? "" : row.reason().name());
        }
        Instant last = row.attemptAt();
        for (MoveStage stage : inOrder(row)) {
            Instant proof = stage.proof(row);
            tracer.spanBuilder(stage.label())
                    .setParent(Context.root().with(attempt))
                    .setStartTimestamp(last)
                    .startSpan()
                    .end(proof);
            last = proof;
        }
        attempt.end(end.isBefore(last) ? last : end);
        return attempt;
    }

    /** Those proven within this attempt, as they came: telemetry may be there before the answer to the command is. */
    private static List<MoveStage> inOrder(DeviceRow row) {
        return Stream.of(MoveStage.values())
                .filter(stage -> stage.proof(row) != null && !stage.proof(row).isBefore(row.attemptAt()))
                .sorted(Comparator.comparing(stage -> stage.proof(row)))
                .toList();
    }

    private Span begin(DeviceRow row) {
        return AttemptTrace.of(row)
                .beginning()
                .wrapSupplier(() -> tracer.spanBuilder("move")
                        .setNoParent()
                        .setStartTimestamp(row.attemptAt())
                        .startSpan())
                .get();
    }
}
