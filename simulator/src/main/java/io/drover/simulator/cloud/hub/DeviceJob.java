package io.drover.simulator.cloud.hub;

import io.vertx.core.json.JsonObject;
import java.time.Instant;

/** One device's part in a job. Immutable; each step makes another. Outcome and error are null until there is one. */
record DeviceJob(
        String deviceId, JobStatus status, Instant started, Instant ended, JsonObject outcome, JsonObject error) {
    static DeviceJob pending(String deviceId) {
        return new DeviceJob(deviceId, JobStatus.SCHEDULED, null, null, null, null);
    }

    DeviceJob running(Instant now) {
        return new DeviceJob(deviceId, JobStatus.RUNNING, now, null, null, null);
    }

    DeviceJob completed(JsonObject result, Instant now) {
        return new DeviceJob(deviceId, JobStatus.COMPLETED, started, now, result, null);
    }

    DeviceJob failed(HubError code, String description, Instant now) {
        JsonObject fault =
                new JsonObject().put("code", Integer.toString(code.code())).put("description", description);
        return new DeviceJob(deviceId, JobStatus.FAILED, started, now, null, fault);
    }

    DeviceJob cancelled(Instant now) {
        return new DeviceJob(deviceId, JobStatus.CANCELLED, started, now, null, null);
    }
}
