package io.drover.worker.report;

import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.Wave;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.HdrHistogram.Histogram;

/** The report as one JSON object for other programs; instants are ISO 8601, durations milliseconds. */
public final class JsonReport {
    private JsonReport() {}

    public static String of(MigrationReport report) {
        Migration migration = report.migration();
        JsonArray waves = new JsonArray();
        report.waves().forEach(wave -> waves.add(wave(report.counts().ofWave(wave.number()), wave)));
        return counts(report.counts())
                .put("migration", migration.name())
                .put("source", migration.sourceApplication())
                .put("selection", migration.sourceGroup())
                .put("target", migration.target())
                .put("targetKind", migration.targetKind().name())
                .put("state", migration.state().name())
                .put("stateReason", migration.stateReason())
                .put("createdAt", text(migration.createdAt()))
                .put("startedAt", text(migration.startedAt()))
                .put("finishedAt", text(migration.finishedAt()))
                .put("returned", report.returned())
                .put(
                        "aliveOnBothSides",
                        devices(report.sides().alive())
                                .put("looked", report.sides().looked()))
                .put("waves", waves)
                .put("commandToArrivalMillis", latency(report.statistics().latency()))
                .put("failed", devices(report.statistics().failed()))
                .put("neverSeen", devices(report.statistics().neverSeen()))
                .put("owned", report.owned().toJson())
                .put("auditHead", report.auditHead())
                .encode();
    }

    private static JsonObject counts(DeviceCounts counts) {
        JsonObject states = new JsonObject();
        counts.byState().forEach((state, count) -> states.put(state.name(), count));
        JsonObject reasons = new JsonObject();
        counts.byReason().forEach((reason, count) -> reasons.put(reason.name(), count));
        return new JsonObject()
                .put("total", counts.total())
                .put("states", states)
                .put("reasons", reasons);
    }

    private static JsonObject wave(DeviceCounts counts, Wave wave) {
        return counts(counts)
                .put("number", wave.number())
                .put("name", wave.name())
                .put("state", wave.state().name())
                .put("openedAt", text(wave.openedAt()))
                .put("deadlineAt", text(wave.deadlineAt()))
                .put("completedAt", text(wave.completedAt()));
    }

    private static JsonObject latency(Histogram latency) {
        JsonObject percentiles = new JsonObject().put("devices", latency.getTotalCount());
        if (latency.getTotalCount() > 0) {
            percentiles
                    .put("p50", latency.getValueAtPercentile(50))
                    .put("p95", latency.getValueAtPercentile(95))
                    .put("p99", latency.getValueAtPercentile(99))
                    .put("max", latency.getMaxValue());
        }
        return percentiles;
    }

    private static JsonObject devices(DeviceList list) {
        JsonArray shown = new JsonArray();
        for (DeviceRow row : list.shown()) {
            shown.add(new JsonObject()
                    .put("deviceId", row.deviceId())
                    .put("state", row.state().name())
                    .put("reason", row.reason() == null ? null : row.reason().name())
                    .put("wave", row.wave())
                    .put("attempts", row.attempt())
                    .put("commandedAt", text(row.commandedAt())));
        }
        return new JsonObject().put("total", list.total()).put("devices", shown).put("notShown", list.more());
    }

    private static String text(Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
