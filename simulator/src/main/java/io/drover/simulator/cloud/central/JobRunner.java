package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/**
 * Runs jobs: batch after batch, each device's operations done for real, at the application's own command rate. At most five jobs of an
 * application run at once, as documented; the others stay pending until one ends.
 */
final class JobRunner {
    private static final int CONCURRENT_JOBS = 5;
    /** Bounds what one job has in flight, whatever its batch size. */
    private static final int IN_FLIGHT = 100;

    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(30);

    private final Vertx vertx;
    private final Quotas quotas;
    private final Clock clock;

    JobRunner(Vertx vertx, Quotas quotas, Clock clock) {
        this.vertx = vertx;
        this.quotas = quotas;
        this.clock = clock;
    }

    /** Starts the application's pending jobs as far as there is room for them. */
    void schedule(CentralApp app) {
        for (Job job : app.allJobs().values()) {
            if (job.status() == Job.Status.PENDING && mayBegin(app, job)) {
                vertx.runOnContext(now -> batch(app, job));
            }
        }
    }

    private boolean mayBegin(CentralApp app, Job job) {
        synchronized (app.allJobs()) {
            long running = app.allJobs().values().stream()
                    .filter(other -> other.status() == Job.Status.RUNNING)
                    .count();
            return running < CONCURRENT_JOBS && job.begin(clock.instant());
        }
    }

    private void batch(CentralApp app, Job job) {
        int size = job.definition().batch() == null
                ? Math.max(1, job.total())
                : job.definition().batch().of(job.total());
        int failedBefore = job.failed();
        chunks(app, job, size).onComplete(done -> {
            if (tooManyFailed(job, size, failedBefore)) {
                job.cancel();
            }
            if (job.status() == Job.Status.RUNNING && done.result() == size) {
                vertx.runOnContext(again -> batch(app, job));
            } else {
                job.rest(clock.instant());
                schedule(app);
            }
        });
    }

    /** Works on up to {@code left} devices, a bounded number at a time; gives on how many and never fails. */
    private Future<Integer> chunks(CentralApp app, Job job, int left) {
        List<String> devices = job.next(Math.min(left, IN_FLIGHT));
        if (devices.isEmpty()) {
            return Future.succeededFuture(0);
        }
        List<Future<Void>> sent =
                devices.stream().map(device -> work(app, job, device)).toList();
        // A timer between the chunks keeps a long row of failures that come at once off the stack.
        return Future.join(sent)
                .otherwiseEmpty()
                .compose(done -> left == devices.size() ? Future.succeededFuture() : vertx.timer(1))
                .compose(later ->
                        left == devices.size() ? Future.succeededFuture(0) : chunks(app, job, left - devices.size()))
                .map(more -> devices.size() + more);
    }

    private Future<Void> work(CentralApp app, Job job, String device) {
        Future<Boolean> all = Future.succeededFuture(true);
        for (JobDefinition.Operation operation : job.definition().data()) {
            all = all.compose(good -> good ? run(app, device, operation) : Future.succeededFuture(false));
        }
        return all.otherwise(false).map(success -> {
            job.ended(device, success);
            return null;
        });
    }

    private Future<Boolean> run(CentralApp app, String device, JobDefinition.Operation operation) {
        return switch (operation.kind()) {
            case COMMAND -> permitted(app).compose(go -> send(app, device, operation));
            case PROPERTY, CLOUD_PROPERTY -> Future.succeededFuture(write(app, device, operation));
            case TEMPLATE_MIGRATION -> Future.succeededFuture(migrate(app, device, operation.template()));
        };
    }

    private Future<Boolean> send(CentralApp app, String device, JobDefinition.Operation operation) {
        return app.deviceCommands()
                .send(
                        device,
                        operation.component(),
                        operation.name(),
                        operation.value(),
                        Duration.ZERO,
                        RESPONSE_TIMEOUT)
                .map(JobRunner::succeeded);
    }

    /** A property counts as done once it is written for the device; whether the device takes it shows in the property. */
    private static boolean write(CentralApp app, String device, JobDefinition.Operation operation) {
        Object value = operation.value() == null ? null : Json.decodeValue(operation.value());
        try {
            return app.template(operation.template())
                    .flatMap(template -> template.model().part(null, operation.component()))
                    .filter(part -> app.device(device).isPresent())
                    .map(part ->
                            app.properties().write(device, part, new JsonObject().put(operation.name(), value), false))
                    .isPresent();
        } catch (CentralException refused) {
            return false;
        }
    }

    private static boolean migrate(CentralApp app, String device, String template) {
        return app.template(template).isPresent()
                && app.changeDevice(device, before -> before == null ? null : before.withTemplate(template)) != null;
    }

    private Future<Void> permitted(CentralApp app) {
        OptionalLong wait = quotas.tryAcquireInside(AzureLimit.CENTRAL_COMMANDS, app.subdomain());
        return wait.isEmpty()
                ? Future.succeededFuture()
                : vertx.timer(Duration.ofSeconds(wait.getAsLong()).toMillis()).compose(later -> permitted(app));
    }

    private static boolean succeeded(CommandRecord record) {
        return record.outcome() == CommandOutcome.ANSWERED && record.status() >= 200 && record.status() < 300;
    }

    private static boolean tooManyFailed(Job job, int batchSize, int failedBefore) {
        JobDefinition.Threshold threshold = job.definition().threshold();
        if (threshold == null) {
            return false;
        }
        int failed = threshold.perBatch() ? job.failed() - failedBefore : job.failed();
        int total = threshold.perBatch() ? Math.min(batchSize, job.total()) : job.total();
        return failed >= threshold.amount().of(total);
    }
}
