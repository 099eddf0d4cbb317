package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.central.JobSchedule.Recurrence;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Locale;

/** {@code /api/scheduledJobs}: jobs that run later, once or again and again, and the jobs they began. */
final class ScheduledJobResource {
    private static final int MAX_OCCURRENCES = 999;
    private static final int MAX_SCHEDULED = 1_000;

    private final JobScheduler scheduler;
    private final Clock clock;

    ScheduledJobResource(JobScheduler scheduler, Clock clock) {
        this.scheduler = scheduler;
        this.clock = clock;
    }

    void mount(Router router, CentralApi api) {
        String path = "/api/scheduledJobs";
        router.get(path).handler(api.with(Right.JOBS_VIEW, ScheduledJobResource::list));
        router.get(path + "/:id")
                .handler(api.with(Right.JOBS_VIEW, request -> request.answer(200, shown(require(request)))));
        router.put(path + "/:id").handler(api.with(Right.JOBS_MANAGE, this::put));
        router.patch(path + "/:id").handler(api.with(Right.JOBS_MANAGE, this::patch));
        router.delete(path + "/:id").handler(api.with(Right.JOBS_MANAGE, ScheduledJobResource::delete));
        router.get(path + "/:id/jobs").handler(api.with(Right.JOBS_VIEW, ScheduledJobResource::jobs));
    }

    private static ScheduledJob require(CentralRequest request) {
        String id = request.parameter("id");
        ScheduledJob found = request.app().scheduledJobs().get(id);
        if (found == null || !request.sees(found.definition().organization())) {
            throw CentralException.notFound("scheduled job", id);
        }
        return found;
    }

    private static void list(CentralRequest request) {
        request.answerPage(
                Page.of(
                        request.app().scheduledJobs(),
                        request.pageAfter(),
                        job -> request.sees(job.definition().organization())),
                ScheduledJobResource::shown);
    }

    private void put(CentralRequest request) {
        String id = request.identifier("id", DeviceGroupResource.ID);
        ScheduledJob before = request.app().scheduledJobs().get(id);
        if (before == null && request.app().scheduledJobs().size() >= MAX_SCHEDULED) {
            throw CentralException.unprocessable("There are " + MAX_SCHEDULED + " scheduled jobs already.");
        }
        store(request, id, before, request.body());
    }

    private void patch(CentralRequest request) {
        ScheduledJob before = require(request);
        JsonObject body = request.body();
        JsonObject merged = shown(before).mergeIn(body);
        if (body.containsKey("schedule")) {
            // A schedule is one value: what a new one leaves out does not come from the old one.
            merged.put("schedule", body.getJsonObject("schedule"));
        }
        store(request, before.id(), before, merged);
    }

    private void store(CentralRequest request, String id, ScheduledJob before, JsonObject body) {
        if (before != null) {
            request.requireMatch(before.etag());
        }
        JobSchedule schedule = schedule(body.getJsonObject("schedule"));
        boolean same = before != null && before.schedule().equals(schedule);
        ScheduledJob stored = new ScheduledJob(
                id,
                JobJson.read(request, id, body),
                schedule,
                body.getBoolean("enabled", true),
                same ? before.nextRun() : 0,
                before == null ? 1 : before.revision() + 1);
        request.app().scheduledJobs().put(id, stored);
        request.answer(200, shown(stored));
        scheduler.watch(request.app());
    }

    private static void delete(CentralRequest request) {
        ScheduledJob found = require(request);
        request.requireMatch(found.etag());
        request.app().scheduledJobs().remove(found.id());
        request.answerEmpty();
    }

    private static void jobs(CentralRequest request) {
        String id = require(request).id();
        request.answerPage(
                Page.of(request.app().allJobs(), request.pageAfter(), job -> id.equals(job.scheduledJobId())),
                JobResource::shown);
    }

    private JobSchedule schedule(JsonObject json) {
        if (json == null || json.getString("start") == null) {
            throw CentralException.invalidBody("schedule.start is required.");
        }
        JsonObject end = json.getJsonObject("end", new JsonObject());
        String type = end.getString("type");
        if (type != null && !type.equals("date") && !type.equals("occurrences")) {
            throw CentralException.invalidBody("schedule.end.type must be date or occurrences.");
        }
        Integer occurrences = "occurrences".equals(type) ? end.getInteger("occurrences") : null;
        if ("occurrences".equals(type) && (occurrences == null || occurrences < 1 || occurrences > MAX_OCCURRENCES)) {
            throw CentralException.invalidBody("schedule.end.occurrences must be 1 to " + MAX_OCCURRENCES + ".");
        }
        try {
            Instant start = OffsetDateTime.parse(json.getString("start")).toInstant();
            LocalDate date = "date".equals(type) ? LocalDate.parse(end.getString("date", "")) : null;
            return new JobSchedule(start, recurrence(json.getString("recurrence")), date, occurrences);
        } catch (DateTimeException malformed) {
            throw CentralException.invalidBody(
                    "schedule.start must be a time such as " + clock.instant() + ", schedule.end.date a date.");
        }
    }

    private static Recurrence recurrence(String text) {
        if (text == null) {
            return null;
        }
        for (Recurrence recurrence : Recurrence.values()) {
            if (lower(recurrence).equals(text)) {
                return recurrence;
            }
        }
        throw CentralException.invalidBody("schedule.recurrence must be daily, weekly or monthly.");
    }

    private static JsonObject shown(ScheduledJob job) {
        JobSchedule schedule = job.schedule();
        JsonObject when = new JsonObject().put("start", schedule.start().toString());
        if (schedule.recurrence() != null) {
            when.put("recurrence", lower(schedule.recurrence()));
        }
        if (schedule.endDate() != null) {
            when.put(
                    "end",
                    new JsonObject()
                            .put("type", "date")
                            .put("date", schedule.endDate().toString()));
        } else if (schedule.occurrences() != null) {
            when.put("end", new JsonObject().put("type", "occurrences").put("occurrences", schedule.occurrences()));
        }
        return JobJson.written(job.definition())
                .put("id", job.id())
                .put("schedule", when)
                .put("enabled", job.enabled())
                .put("completed", job.completed())
                .put("etag", job.etag());
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
