package io.drover.simulator.cloud.central;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** {@code /api/jobs}: jobs that send commands to the devices of a group. */
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
        if (job == null) {
            throw CentralException.notFound("job", id);
        }
        return job;
    }

    private static void list(CentralRequest request) {
        request.answerPage(Page.of(request.app().allJobs(), request.pageAfter(), job -> true), JobResource::shown);
    }

    private static void devices(CentralRequest request) {
        request.answerPage(
                Page.of(require(request).devices(), request.pageAfter(), entry -> true),
                entry -> new JsonObject().put("id", entry.id()).put("status", lower(entry.status())));
    }

    private void put(CentralRequest request) {
        String id = request.identifier("id", DeviceGroupResource.ID);
        JobDefinition definition = definition(id, request.body());
        DeviceGroup group = request.app()
                .group(definition.group())
                .orElseThrow(
                        () -> CentralException.unprocessable("There is no device group '" + definition.group() + "'."));
        for (JobDefinition.Command command : definition.data()) {
            String method = DeviceTemplate.method(command.component(), command.name());
            if (request.app()
                    .template(command.template())
                    .filter(template -> template.methods().contains(method))
                    .isEmpty()) {
                throw CentralException.unprocessable(
                        "The device template '" + command.template() + "' has no command '" + command.path() + "'.");
            }
        }
        begin(
                request,
                new Job(
                        id,
                        definition,
                        request.app()
                                .devices()
                                .filter(group.filter())
                                .filter(device -> definition.data().stream()
                                        .allMatch(command -> command.template().equals(device.template())))
                                .map(CentralDevice::id)
                                .toList()));
    }

    private void rerun(CentralRequest request) {
        Job job = require(request);
        begin(
                request,
                new Job(request.identifier("rerunId", DeviceGroupResource.ID), job.definition(), job.failedDevices()));
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

    private static JobDefinition definition(String id, JsonObject body) {
        JsonArray data = body.getJsonArray("data");
        if (body.getString("group") == null || data == null || data.isEmpty()) {
            throw CentralException.invalidBody("group and data are required.");
        }
        List<JobDefinition.Command> commands = new ArrayList<>();
        for (int i = 0; i < data.size(); i++) {
            commands.add(command(data.getJsonObject(i)));
        }
        JsonObject threshold = body.getJsonObject("cancellationThreshold");
        return new JobDefinition(
                body.getString("displayName", id),
                body.getString("description"),
                body.getString("group"),
                amount(body.getJsonObject("batch")),
                threshold == null
                        ? null
                        : new JobDefinition.Threshold(amount(threshold), threshold.getBoolean("batch", false)),
                commands);
    }

    private static JobDefinition.Command command(JsonObject data) {
        if (!"command".equals(data.getString("type"))) {
            throw CentralException.unprocessable("This emulator runs jobs of type command only.");
        }
        String path = data.getString("path");
        if (data.getString("target") == null || path == null) {
            throw CentralException.invalidBody("A command needs target and path.");
        }
        int dot = path.indexOf('.');
        return new JobDefinition.Command(
                data.getString("target"),
                dot < 0 ? null : path.substring(0, dot),
                path.substring(dot + 1),
                data.containsKey("value") ? Json.encode(data.getValue("value")) : null);
    }

    private static JobDefinition.Amount amount(JsonObject json) {
        if (json == null) {
            return null;
        }
        String type = json.getString("type");
        Integer value = json.getInteger("value");
        boolean percentage = "percentage".equals(type);
        if (!percentage && !"number".equals(type)) {
            throw CentralException.invalidBody("type must be number or percentage.");
        }
        if (value == null || value < 1 || (percentage && value > 100)) {
            throw CentralException.invalidBody("value must be at least 1, and at most 100 for a percentage.");
        }
        return new JobDefinition.Amount(percentage, value);
    }

    private static JsonObject shown(Job job) {
        JobDefinition definition = job.definition();
        JsonArray data = new JsonArray();
        definition
                .data()
                .forEach(command -> data.add(new JsonObject()
                        .put("type", "command")
                        .put("target", command.template())
                        .put("path", command.path())
                        .put("value", command.value() == null ? null : Json.decodeValue(command.value()))));
        int completed = job.completed();
        int failed = job.failed();
        JsonObject json = new JsonObject()
                .put("id", job.id())
                .put("displayName", definition.displayName())
                .put("group", definition.group())
                .put("data", data)
                .put("status", lower(job.status()))
                .put(
                        "progress",
                        new JsonObject()
                                .put("total", job.total())
                                .put("pending", job.total() - completed - failed)
                                .put("completed", completed)
                                .put("failed", failed));
        if (definition.description() != null) {
            json.put("description", definition.description());
        }
        if (definition.batch() != null) {
            json.put("batch", shown(definition.batch()));
        }
        if (definition.threshold() != null) {
            json.put(
                    "cancellationThreshold",
                    shown(definition.threshold().amount())
                            .put("batch", definition.threshold().perBatch()));
        }
        putInstant(json, "start", job.start());
        putInstant(json, "end", job.end());
        return json;
    }

    private static JsonObject shown(JobDefinition.Amount amount) {
        return new JsonObject()
                .put("type", amount.percentage() ? "percentage" : "number")
                .put("value", amount.value());
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
