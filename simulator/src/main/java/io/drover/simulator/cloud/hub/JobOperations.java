package io.drover.simulator.cloud.hub;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.List;

/**
 * Jobs of the hub's REST API, {@code /jobs/v2}. The list is a bare array with {@code x-ms-continuation}, as Microsoft's clients read
 * it, where the specification has an object.
 */
final class JobOperations {
    private final HubResponses responses;
    private final JobRunner runner;
    private final Clock clock;

    JobOperations(HubResponses responses, JobRunner runner, Clock clock) {
        this.responses = responses;
        this.runner = runner;
        this.clock = clock;
    }

    void create(Hub hub, RoutingContext request) {
        hub.requireDeviceManagement();
        String id = request.pathParam("id");
        JsonObject body = HubRestApi.objectOf(request);
        if (!id.equals(body.getString("jobId", id))) {
            throw new HubException(HubError.ARGUMENT_INVALID, "jobId is not the one in the URL.");
        }
        HubJob job = HubJob.read(id, body, clock.instant());
        hub.jobs().add(job, clock.instant());
        runner.schedule(hub, job);
        responses.json(request, job.json());
    }

    void get(Hub hub, RoutingContext request) {
        hub.requireDeviceManagement();
        responses.json(request, jobOf(hub, request).json());
    }

    void cancel(Hub hub, RoutingContext request) {
        hub.requireDeviceManagement();
        HubJob job = jobOf(hub, request);
        job.move(JobStatus.CANCELLED, null, clock.instant());
        responses.json(request, job.json());
    }

    /** One page of the jobs of a type and status. */
    void query(Hub hub, RoutingContext request) {
        hub.requireDeviceManagement();
        String type = request.request().getParam("jobType", "");
        String status = request.request().getParam("jobStatus", "");
        String what = "jobs:" + type + ":" + status;
        int size = QueryPosition.pageSize(request);
        QueryPosition from = QueryPosition.of(request, what, size);
        List<HubJob> found = hub.jobs()
                .after(from.after())
                .filter(job -> type.isEmpty() || job.type().equals(type))
                .filter(job -> status.isEmpty() || job.status().wireName().equals(status))
                .limit(size + 1L)
                .toList();
        JsonArray page = new JsonArray();
        found.stream().limit(size).map(HubJob::json).forEach(page::add);
        if (found.size() > size) {
            QueryPosition next =
                    new QueryPosition(from.given() + size, found.get(size - 1).id());
            request.response().putHeader("x-ms-continuation", next.token(what, size));
        }
        request.response().putHeader("x-ms-item-type", "JobResponse");
        responses.json(request, page);
    }

    private static HubJob jobOf(Hub hub, RoutingContext request) {
        String id = request.pathParam("id");
        return hub.jobs()
                .job(id)
                .orElseThrow(() -> new HubException(HubError.JOB_NOT_FOUND, "There is no job '" + id + "'."));
    }
}
