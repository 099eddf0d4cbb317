package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.hub.query.QueryRow;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;

/** A device's part in a job as a row of {@code devices.jobs}. */
record JobRow(HubJob job, DeviceJob part) implements QueryRow {
    @Override
    public String key() {
        return job.id() + "/" + part.deviceId();
    }

    @Override
    public JsonObject whole() {
        Instant updated = part.ended() != null ? part.ended() : part.started() != null ? part.started() : job.created();
        JsonObject row = new JsonObject()
                .put("deviceId", part.deviceId())
                .put("jobId", job.id())
                .put("jobType", job.type())
                .put("status", part.status().wireName())
                .put("createdDateTimeUtc", job.created().toString())
                .put("lastUpdatedDateTimeUtc", updated.toString());
        put(row, "startTimeUtc", part.started());
        put(row, "endTimeUtc", part.ended());
        if (part.outcome() != null) {
            row.put("outcome", part.outcome());
        }
        return part.error() == null ? row : row.put("error", part.error());
    }

    @Override
    public Object value(List<String> path) {
        return TwinRow.of(whole(), path);
    }

    private static void put(JsonObject row, String name, Instant at) {
        if (at != null) {
            row.put(name, at.toString());
        }
    }
}
