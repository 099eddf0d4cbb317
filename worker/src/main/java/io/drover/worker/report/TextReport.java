package io.drover.worker.report;

import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.migration.Migration;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The report as lines of text: a summary for people, or CSV (RFC 4180) with one line per device. */
public final class TextReport {
    private static final String HEADER = "device_id,state,reason,attempts,commanded_at,accepted_at,assigned_at,"
            + "connected_at,telemetry_at,finished_at,assigned_hub,twin";

    private static final int NAMED = 5;

    private TextReport() {}

    /** {@code returned} tells how many of its devices other migrations have brought back. */
    public static void summary(
            PrintWriter out, Migration migration, DeviceCounts counts, long returned, MigrationReport.BothSides sides) {
        out.println("Migration " + migration.name() + ": " + counts.total() + " devices, " + migration.state()
                + (migration.stateReason() == null ? "" : " (" + migration.stateReason() + ")"));
        out.println("  from " + migration.sourceApplication() + " (" + migration.sourceGroup() + ") to "
                + migration.targetKind().text() + " " + migration.target());
        counts.byState().forEach((state, count) -> {
            if (count > 0) {
                out.printf("  %-11s %d%n", state, count);
            }
        });
        if (returned > 0) {
            out.printf("  %d of the MIGRATED were returned. To move them again, apply under another name.%n", returned);
        }
        if (sides.looked() > 0) {
            String which = sides.alive().shown().stream()
                    .limit(NAMED)
                    .map(DeviceRow::deviceId)
                    .collect(Collectors.joining(", "));
            out.printf(
                    "  %d of %d looked for at the source after their arrival were alive on both sides%s%n",
                    sides.alive().total(),
                    sides.looked(),
                    which.isEmpty()
                            ? "."
                            : ": " + which + (sides.alive().total() > NAMED ? ", …" : "")
                                    + ". Find the second device that uses the id, or stop it at the source.");
        }
        counts.byReason()
                .forEach((reason, count) ->
                        out.printf("  %d %s (%s). %s%n", count, reason.text(), reason, reason.nextAction()));
    }

    public static void csvHeader(PrintWriter out) {
        out.print(HEADER + "\r\n");
    }

    public static void csv(PrintWriter out, List<DeviceRow> page) {
        page.forEach(row -> out.print(csv(row) + "\r\n"));
    }

    private static String csv(DeviceRow row) {
        boolean decided = row.state().isFinal();
        return Stream.of(
                        row.deviceId(),
                        row.state().name(),
                        decided && row.reason() != null ? row.reason().name() : "",
                        Integer.toString(row.attempt()),
                        text(row.commandedAt()),
                        text(row.acceptedAt()),
                        text(row.assignedAt()),
                        text(row.connectedAt()),
                        text(row.telemetryAt()),
                        text(row.finishedAt()),
                        row.assignedHub() == null ? "" : row.assignedHub(),
                        row.twin() == null ? "" : row.twin().name())
                .map(TextReport::quoted)
                .collect(Collectors.joining(","));
    }

    private static String quoted(String field) {
        boolean special = field.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return special ? '"' + field.replace("\"", "\"\"") + '"' : field;
    }

    private static String text(Instant instant) {
        return instant == null ? "" : instant.toString();
    }
}
