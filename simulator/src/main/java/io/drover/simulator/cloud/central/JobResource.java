package io.drover.simulator.cloud.central;

import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.time.Instant;
import java.util.Locale;

/** {@code /api/jobs}: jobs that change or command the devices of a group. */
final class JobResource {
    private final JobRunner runner;

    JobResource(JobRunner runner) {
        this.runner = runner;
    }

    void mount(Router router, CentralApi api) {
        router.get("/api/jobs").handler(api.with(Right.JOBS_VIEW, JobResource::list));
        router.get("/api/jobs/:id")
                .handler(api.with(Right.JOBS_VIEW, request -> request.answer(200, shown(require(request)))));
        router.put("/api/jobs/:id").handler(api.with(Right.JOBS_MANAGE, this::put));
        router.get("/api/jobs/:id/devices").handler(api.with(Right.JOBS_VIEW, JobResource::devices));
        router.post("/api/jobs/:id/stop").handler(api.with(Right.JOBS_MANAGE, JobResource::stop));
        router.post("/api/jobs/:id/resume").handler(api.with(Right.JOBS_MANAGE, this::resume));
        router.put("/api/jobs/:id/rerun/:rerunId").handler(api.with(Right.JOBS_MANAGE, this::rerun));
    }

    private static Job require(CentralRequest request) {
        String id = request.parameter("id");
        Job job = request.app().allJobs().get(id);
        if (job == null || !request.sees(job.definition().organization())) {
            throw CentralException.notFound("job", id);
        }
        return job;
    }

    private static void list(CentralRequest request) {
        request.answerPage(
                Page.of(
                        request.app().allJobs(),
                        request.pageAfter(),
                        job -> request.sees(job.definition().organization())),
                JobResource::shown);
    }

    private static void devices(CentralRequest request) {
        request.answerPage(
                Page.of(require(request).devices(), request.pageAfter(), entry -> true),
                entry -> new JsonObject().put("id", entry.id()).put("status", lower(entry.status())));
    }

    private void put(CentralRequest request) {
        String id = request.identifier("id", DeviceGroupResource.ID);
        JobDefinition definition = JobJson.read(request, id, request.body());
        begin(request, Job.over(request.app(), id, null, definition));
    }

    private void rerun(CentralRequest request) {
        Job job = require(request);
        begin(
                request,
                new Job(
                        request.identifier("rerunId", DeviceGroupResource.ID),
                        null,
                        job.definition(),
                        job.failedDevices()));
    }

    private void begin(CentralRequest request, Job job) {
        if (request.app().allJobs().putIfAbsent(job.id(), job) != null) {
            throw CentralException.conflict("There is a job '" + job.id() + "' already.");
        }
        request.answer(200, shown(job));
        runner.schedule(request.app());
    }

    private static void stop(CentralRequest request) {
        if (!require(request).stop()) {
            throw CentralException.conflict("The job is over.");
        }
        request.answerEmpty();
    }

    private void resume(CentralRequest request) {
        if (!require(request).resume()) {
            throw CentralException.conflict("The job is not stopped.");
        }
        runner.schedule(request.app());
        request.answerEmpty();
    }

    static JsonObject shown(Job job) {
        int completed = job.completed();
        int failed = job.failed();
        JsonObject json = JobJson.written(job.definition())
                .put("id", job.id())
                .put("status", lower(job.status()))
                .put(
                        "progress",
                        new JsonObject()
                                .put("total", job.total())
                                .put("pending", job.total() - completed - failed)
                                .put("completed", completed)
                                .put("failed", failed));
        if (job.scheduledJobId() != null) {
            json.put("scheduledJobId", job.scheduledJobId());
        }
        putInstant(json, "start", job.start());
        putInstant(json, "end", job.end());
        return json;
    }

    private static void putInstant(JsonObject json, String name, Instant instant) {
        if (instant != null) {
            json.put(name, instant.toString());
        }
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
