package io.drover.worker.azure.central;

import io.drover.worker.azure.AzureCall;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.AzureHttp;
import io.drover.worker.azure.Paging;
import io.drover.worker.azure.PathSegment;
import io.drover.worker.azure.quota.AzureLimit;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/** Jobs of one IoT Central application and what its devices answered to their commands (reference sections a.5, a.6). */
public final class CentralJobs {
    private final AzureHttp http;
    private final Paging paging;
    private final String base;
    private final String version;
    private final String audience;

    CentralJobs(AzureHttp http, String base, String version, String audience) {
        this.http = http;
        this.paging = new Paging(http);
        this.base = base;
        this.version = version;
        this.audience = audience;
    }

    /** Where a job stands; a status that the documents do not name counts as live. */
    public enum Status {
        LIVE,
        STOPPED,
        COMPLETE,
        FAILED,
        CANCELLED;

        static Status of(String text) {
            return switch (text == null ? "" : text.toLowerCase(Locale.ROOT)) {
                case "stopped" -> STOPPED;
                case "complete", "completed" -> COMPLETE;
                case "failed" -> FAILED;
                case "cancelled", "canceled" -> CANCELLED;
                default -> LIVE;
            };
        }

        /** True when it commands no further device unless it is resumed or rerun. */
        public boolean isAtRest() {
            return this != LIVE;
        }
    }

    /** A job; {@code judged} is how many of its devices have completed or failed. */
    public record JobView(Status status, int total, int judged) {}

    /** What a job says of one device. */
    public enum DeviceStatus {
        PENDING,
        COMPLETED,
        FAILED;

        static DeviceStatus of(String text) {
            return switch (text == null ? "" : text.toLowerCase(Locale.ROOT)) {
                case "completed", "complete" -> COMPLETED;
                case "failed" -> FAILED;
                default -> PENDING;
            };
        }
    }

    /** One device of a job. */
    public record JobDevice(String id, DeviceStatus status) {}

    /**
     * One command that a device was sent.
     *
     * @param status the device's own; empty when none is recorded
     */
    public record CommandRecord(String id, Object request, Optional<Integer> status) {}

    /** The job with this id, if there is one. */
    public Future<Optional<JobView>> find(String id) {
        return http.send(call("get-job", job(id)))
                .map(answer -> Optional.of(view(answer.bodyAsJsonObject())))
                .recover(CentralJobs::absent);
    }

    /** Creates and starts a job. Not repeated by itself: after a failure {@link #find} tells whether it is there. */
    public Future<JobView> start(String id, JobDefinition definition) {
        return http.send(call("put-job", job(id)).with(HttpMethod.PUT, definition.json()))
                .map(answer -> view(answer.bodyAsJsonObject()));
    }

    /** Creates and starts a job that commands the failed devices of another one; as {@link #start} else. */
    public Future<JobView> rerun(String id, String rerunId) {
        return http.send(call("rerun-job", job(id) + "/rerun/" + PathSegment.encode(rerunId))
                        .with(HttpMethod.PUT, null))
                .map(answer -> view(answer.bodyAsJsonObject()));
    }

    /** Asks for no further commands; false when the job refuses, as one that is over does. */
    public Future<Boolean> stop(String id) {
        return asked("stop-job", job(id) + "/stop");
    }

    /** Lets a stopped job go on; false when the job refuses, as one that is not stopped does. */
    public Future<Boolean> resume(String id) {
        return asked("resume-job", job(id) + "/resume");
    }

    private Future<Boolean> asked(String operation, String path) {
        return http.send(call(operation, path).with(HttpMethod.POST, null))
                .map(true)
                .recover(cause -> cause instanceof AzureException refused
                                && refused.status() >= 400
                                && refused.status() < 500
                                && refused.status() != 401
                                && refused.status() != 403
                                && refused.status() != 429
                        ? Future.succeededFuture(false)
                        : Future.failedFuture(cause));
    }

    /** Hands over a job's devices page by page, to the last page. */
    public Future<Void> eachDevicePage(String id, Function<List<JobDevice>, Future<Void>> handler) {
        return paging.eachLinkedPage(
                call("list-job-devices", job(id) + "/devices"),
                page -> handler.apply(page.stream()
                        .map(item -> new JobDevice(item.getString("id"), DeviceStatus.of(item.getString("status"))))
                        .toList()));
    }

    /** What a device was sent as DeviceMove, in no documented order; empty when the application does not know it. */
    public Future<Optional<List<CommandRecord>>> moves(String deviceId, MoveCommand command) {
        String path = "/devices/" + PathSegment.encode(deviceId)
                + command.component()
                        .map(name -> "/components/" + PathSegment.encode(name))
                        .orElse("")
                + "/commands/" + MoveCommand.NAME;
        return paging.allLinked(call("command-history", path))
                .map(items ->
                        Optional.of(items.stream().map(CentralJobs::record).toList()))
                .recover(CentralJobs::absent);
    }

    private static <T> Future<Optional<T>> absent(Throwable cause) {
        return cause instanceof AzureException refused && refused.status() == 404
                ? Future.succeededFuture(Optional.empty())
                : Future.failedFuture(cause);
    }

    private static CommandRecord record(JsonObject item) {
        int status = item.getInteger("responseCode", 0);
        return new CommandRecord(
                item.getString("id"), item.getValue("request"), status == 0 ? Optional.empty() : Optional.of(status));
    }

    private static JobView view(JsonObject job) {
        JsonObject progress = job.getJsonObject("progress", new JsonObject());
        return new JobView(
                Status.of(job.getString("status")),
                progress.getInteger("total", 0),
                progress.getInteger("completed", 0) + progress.getInteger("failed", 0));
    }

    private static String job(String id) {
        return "/jobs/" + PathSegment.encode(id);
    }

    private AzureCall call(String operation, String path) {
        return AzureCall.get("central", operation, base + path + version, audience, AzureLimit.CENTRAL_REST);
    }
}
