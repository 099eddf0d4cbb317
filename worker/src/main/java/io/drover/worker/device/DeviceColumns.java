package io.drover.worker.device;

import io.drover.worker.sql.RowBatch;
import io.drover.worker.sql.RowBatch.Column;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** How devices and their history are written, many at once. */
final class DeviceColumns {
    /** A device's row as it is to be kept; {@code position} counts when it is new. */
    record Stored(DeviceRow row, long position, long changedAt) {}

    /** One line of a device's history; {@code at} in epoch milliseconds. */
    record Line(DeviceKey key, long at, int attempt, DeviceState from, DeviceState to, String event, String detail) {}

    private static final Column<Stored> MIGRATION = new Column<>(
            "migration_id", RowBatch.Type.BIGINT, stored -> stored.row().key().migrationId());
    private static final Column<Stored> DEVICE = text("device_id", DeviceRow::deviceId);
    private static final Column<Stored> REVISION = new Column<>(
            "revision", RowBatch.Type.BIGINT, stored -> stored.row().revision());
    /** What moves change. */
    private static final List<Column<Stored>> CHANGING = List.of(
            new Column<>("changed_at", RowBatch.Type.BIGINT, Stored::changedAt),
            text("credential", row -> name(row.credential())),
            text("state", row -> row.state().name()),
            number("attempt", DeviceRow::attempt),
            number("retries", DeviceRow::retries),
            text("reason", row -> name(row.reason())),
            instant("commanded_at", DeviceRow::commandedAt),
            instant("attempt_at", DeviceRow::attemptAt),
            instant("accepted_at", DeviceRow::acceptedAt),
            instant("assigned_at", DeviceRow::assignedAt),
            instant("connected_at", DeviceRow::connectedAt),
            instant("telemetry_at", DeviceRow::telemetryAt),
            text("negative", row -> name(row.negative())),
            instant("negative_at", DeviceRow::negativeAt),
            instant("deadline_at", DeviceRow::deadlineAt),
            instant("next_attempt_at", DeviceRow::nextAttemptAt),
            instant("look_after", DeviceRow::lookAfter),
            instant("finished_at", DeviceRow::finishedAt),
            text("assigned_hub", DeviceRow::assignedHub),
            text("twin", row -> name(row.twin())),
            instant("twin_at", DeviceRow::twinAt),
            text("owner", DeviceRow::owner),
            number("seen_attempt", DeviceRow::seenAttempt));

    private static final List<Column<Stored>> FIXED = List.of(
            MIGRATION,
            DEVICE,
            text("template", DeviceRow::template),
            number("wave", DeviceRow::wave),
            new Column<>("position", RowBatch.Type.BIGINT, Stored::position),
            REVISION);

    /** Adds devices that are not there yet. */
    static final RowBatch<Stored> INSERT = RowBatch.insert(
            "device",
            Stream.concat(FIXED.stream(), CHANGING.stream()).toList(),
            " ON CONFLICT (migration_id, device_id) DO NOTHING");
    /** Changes devices whose revision is still the one that was read; each change adds one. */
    static final RowBatch<Stored> MOVE =
            RowBatch.update("device", CHANGING, "revision = device.revision + 1", List.of(MIGRATION, DEVICE, REVISION));
    /** Adds lines to the history. */
    static final RowBatch<Line> HISTORY = RowBatch.insert(
            "device_history",
            List.of(
                    new Column<Line>(
                            "migration_id",
                            RowBatch.Type.BIGINT,
                            line -> line.key().migrationId()),
                    new Column<Line>(
                            "device_id", RowBatch.Type.TEXT, line -> line.key().deviceId()),
                    new Column<Line>("at", RowBatch.Type.BIGINT, Line::at),
                    new Column<Line>("attempt", RowBatch.Type.INTEGER, Line::attempt),
                    new Column<Line>(
                            "from_state",
                            RowBatch.Type.TEXT,
                            line -> line.from().name()),
                    new Column<Line>(
                            "to_state", RowBatch.Type.TEXT, line -> line.to().name()),
                    new Column<Line>("event", RowBatch.Type.TEXT, Line::event),
                    new Column<Line>("detail", RowBatch.Type.TEXT, Line::detail)),
            "");

    private DeviceColumns() {}

    private static Column<Stored> text(String name, Function<DeviceRow, String> value) {
        return new Column<>(name, RowBatch.Type.TEXT, stored -> value.apply(stored.row()));
    }

    private static Column<Stored> number(String name, Function<DeviceRow, Integer> value) {
        return new Column<>(name, RowBatch.Type.INTEGER, stored -> value.apply(stored.row()));
    }

    private static Column<Stored> instant(String name, Function<DeviceRow, Instant> value) {
        return new Column<>(name, RowBatch.Type.BIGINT, stored -> DeviceSql.millis(value.apply(stored.row())));
    }

    private static String name(Enum<?> value) {
        return value == null ? null : value.name();
    }
}
