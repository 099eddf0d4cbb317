package io.drover.simulator.cloud.hub.telemetry;

import io.drover.simulator.cloud.hub.TelemetryEvent;
import io.drover.simulator.cloud.hub.TelemetryLog;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a receiver begins: the selector filter of Event Hubs clients, {@code amqp.annotation.x-opt-offset > '-1'} with
 * {@code >=} for inclusive, on sequence number, offset or enqueued time (milliseconds).
 */
record StartPosition(Field field, boolean inclusive, String value) {
    static final StartPosition BEGINNING = new StartPosition(Field.OFFSET, false, "-1");

    private static final Pattern SELECTOR = Pattern.compile(
            "\\s*amqp\\.annotation\\.(x-opt-sequence-number|x-opt-offset|x-opt-enqueued-time)\\s*>(=?)\\s*'([^']*)'\\s*");
    private static final String LATEST = "@latest";

    enum Field {
        SEQUENCE_NUMBER,
        OFFSET,
        ENQUEUED_TIME
    }

    /** Empty when the selector is none of the documented ones. */
    static Optional<StartPosition> parse(String selector) {
        Matcher matcher = SELECTOR.matcher(selector);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Field field = switch (matcher.group(1)) {
            case "x-opt-sequence-number" -> Field.SEQUENCE_NUMBER;
            case "x-opt-offset" -> Field.OFFSET;
            default -> Field.ENQUEUED_TIME;
        };
        String value = matcher.group(3);
        if (!value.equals(LATEST) && !value.matches("-?\\d{1,18}")) {
            return Optional.empty();
        }
        return Optional.of(new StartPosition(field, !matcher.group(2).isEmpty(), value));
    }

    /** The sequence number of the first event to send. */
    long firstIn(TelemetryLog log, int partition) {
        if (value.equals(LATEST)) {
            return log.lastSequenceNumber(partition) + (inclusive ? 0 : 1);
        }
        long number = Long.parseLong(value);
        long next = inclusive ? number : number + 1;
        return switch (field) {
            case SEQUENCE_NUMBER -> Math.max(next, log.firstSequenceNumber(partition));
            case OFFSET -> atOffset(log, partition, next);
            case ENQUEUED_TIME -> log.sequenceAtOrAfter(partition, Instant.ofEpochMilli(next));
        };
    }

    private static long atOffset(TelemetryLog log, int partition, long offset) {
        long low = log.firstSequenceNumber(partition);
        long high = log.lastSequenceNumber(partition) + 1;
        while (low < high) {
            long middle = low + (high - low) / 2;
            List<TelemetryEvent> found = log.read(partition, middle, 1);
            if (!found.isEmpty() && found.get(0).offset() < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
