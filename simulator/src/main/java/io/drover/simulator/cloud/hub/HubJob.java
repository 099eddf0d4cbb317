package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.hub.query.Query;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A job of the hub's REST API: what it does, to which devices, and how far it is. Thread-safe. */
final class HubJob {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_.:-]{1,128}");
    private static final long DEFAULT_SECONDS = 3_600;
    private static final String METHOD = "scheduleDeviceMethod";
    private static final String TWIN = "scheduleUpdateTwin";

    private final String id;
    private final JsonObject request;
    private final Query condition;
    private final Instant created;
    private final Instant start;
    private final long maxSeconds;
    private final NavigableMap<String, DeviceJob> parts = new ConcurrentSkipListMap<>();
    private JobStatus status = JobStatus.SCHEDULED;
    private Instant ended;
    private String failureReason;

    private HubJob(String id, JsonObject request, Query condition, Instant created, Instant start, long maxSeconds) {
        this.id = id;
        this.request = request;
        this.condition = condition;
        this.created = created;
        this.start = start;
        this.maxSeconds = maxSeconds;
    }

    /** Reads a job. Fails with ARGUMENT_INVALID, or a QuerySyntaxException of its condition. */
    static HubJob read(String id, JsonObject body, Instant now) {
        if (!ID.matcher(id).matches()) {
            throw invalid("A job id has 1 to 128 letters, digits and '_', '.', ':', '-'.");
        }
        switch (body.getString("type", "")) {
            case METHOD -> DirectMethod.read(required(body, "cloudToDeviceMethod"));
            case TWIN -> required(body, "updateTwin");
            default -> throw invalid("type is " + METHOD + " or " + TWIN + ".");
        }
        String condition = body.getString("queryCondition");
        Number seconds = (Number) body.getValue("maxExecutionTimeInSeconds");
        if (seconds != null && seconds.longValue() < 0) {
            throw invalid("maxExecutionTimeInSeconds is not negative.");
        }
        return new HubJob(
                id,
                body.copy(),
                Query.ofCondition(condition == null ? "" : condition),
                now,
                startOf(body, now),
                seconds == null || seconds.longValue() == 0 ? DEFAULT_SECONDS : seconds.longValue());
    }

    private static Instant startOf(JsonObject body, Instant now) {
        String text = body.getString("startTime");
        try {
            return text == null || text.isEmpty() ? now : Instant.parse(text);
        } catch (DateTimeParseException notAnInstant) {
            throw invalid("startTime must be an instant such as 2030-01-31T12:00:00Z.");
        }
    }

    private static JsonObject required(JsonObject body, String name) {
        JsonObject value = body.getJsonObject(name);
        if (value == null) {
            throw invalid(name + " is missing.");
        }
        return value;
    }

    private static HubException invalid(String message) {
        return new HubException(HubError.ARGUMENT_INVALID, message);
    }

    String id() {
        return id;
    }

    String type() {
        return request.getString("type");
    }

    boolean callsMethod() {
        return METHOD.equals(type());
    }

    DirectMethod method() {
        return DirectMethod.read(request.getJsonObject("cloudToDeviceMethod"));
    }

    JsonObject twinUpdate() {
        return request.getJsonObject("updateTwin");
    }

    Query condition() {
        return condition;
    }

    Instant created() {
        return created;
    }

    Instant start() {
        return start;
    }

    /** When what has not been done by then fails. */
    Instant deadline() {
        return start.plusSeconds(maxSeconds);
    }

    synchronized JobStatus status() {
        return status;
    }

    /** Moves on unless the job has ended; tells whether it did. */
    synchronized boolean move(JobStatus next, String reason, Instant now) {
        if (status.isFinal()) {
            return false;
        }
        status = next;
        failureReason = reason;
        ended = next.isFinal() ? now : null;
        return true;
    }

    synchronized Instant ended() {
        return ended;
    }

    void put(DeviceJob part) {
        parts.put(part.deviceId(), part);
    }

    /** The devices' parts in the order of their ids. */
    NavigableMap<String, DeviceJob> parts() {
        return parts;
    }

    synchronized JsonObject json() {
        JsonObject json = new JsonObject()
                .put("jobId", id)
                .put("type", type())
                .put("status", status.wireName())
                .put("queryCondition", request.getString("queryCondition", ""))
                .put("createdTime", created.toString())
                .put("startTime", start.toString())
                .put("maxExecutionTimeInSeconds", maxSeconds)
                .put("deviceJobStatistics", statistics());
        String what = callsMethod() ? "cloudToDeviceMethod" : "updateTwin";
        json.put(what, request.getJsonObject(what));
        if (ended != null) {
            json.put("endTime", ended.toString());
        }
        return failureReason == null ? json : json.put("failureReason", failureReason);
    }

    private JsonObject statistics() {
        Map<JobStatus, Long> counts =
                parts.values().stream().collect(Collectors.groupingBy(DeviceJob::status, Collectors.counting()));
        return new JsonObject()
                .put("deviceCount", parts.size())
                .put("failedCount", counts.getOrDefault(JobStatus.FAILED, 0L))
                .put("succeededCount", counts.getOrDefault(JobStatus.COMPLETED, 0L))
                .put("runningCount", counts.getOrDefault(JobStatus.RUNNING, 0L))
                .put("pendingCount", counts.getOrDefault(JobStatus.SCHEDULED, 0L));
    }
}
