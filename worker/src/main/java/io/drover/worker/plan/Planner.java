package io.drover.worker.plan;

import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.central.JobLimits;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.device.FailureReason;
import io.drover.worker.dispatch.DispatchPace;
import io.drover.worker.target.MigrationScope;
import io.drover.worker.target.TargetEnrollment;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Reads the selection and says what an apply would do with it; writes nothing. */
public final class Planner {
    private static final Duration ARRIVAL = Duration.ofSeconds(30);

    private final MigrationScope scope;
    private final DispatchPace pace;
    private final Optional<JobLimits> jobs;
    private final double registrationsPerMinute;

    /**
     * A planner.
     *
     * @param jobs how IoT Central jobs go through their devices; empty where devices are commanded singly
     * @param registrationsPerMinute that the target's provisioning service takes
     */
    public Planner(MigrationScope scope, DispatchPace pace, Optional<JobLimits> jobs, double registrationsPerMinute) {
        this.scope = scope;
        this.pace = pace;
        this.jobs = jobs;
        this.registrationsPerMinute = registrationsPerMinute;
    }

    /** Completes after the last page of the device group. */
    public Future<Plan> plan() {
        AtomicInteger devices = new AtomicInteger();
        AtomicInteger movable = new AtomicInteger();
        Map<FailureReason, Integer> verdicts = new EnumMap<>(FailureReason.class);
        return scope.source()
                .eachPage(page -> {
                    for (DiscoveredDevice device : page) {
                        devices.incrementAndGet();
                        if (device.verdict() == null) {
                            movable.incrementAndGet();
                        } else {
                            verdicts.merge(device.verdict(), 1, Integer::sum);
                        }
                    }
                    return Future.succeededFuture();
                })
                .map(done -> plan(devices.get(), movable.get(), verdicts));
    }

    private Plan plan(int devices, int movable, Map<FailureReason, Integer> verdicts) {
        Duration shortest = Duration.ofMillis(Math.round(movable * 1000.0 / pace.perSecond()));
        return new Plan(
                scope.source().description(),
                devices,
                movable,
                verdicts,
                groups(false),
                groups(true),
                targets(),
                pace.binding(),
                pace.perSecond(),
                way(),
                warnings(movable),
                shortest,
                shortest.multipliedBy(4).dividedBy(3).plus(ARRIVAL));
    }

    private List<String> targets() {
        List<HubResource> hubs = scope.target().hubs();
        return hubs.isEmpty()
                ? List.of(scope.target().name())
                : hubs.stream().map(HubResource::hostName).toList();
    }

    private String way() {
        return jobs.map(limits -> "an IoT Central job for each wave that allows it, "
                        + (limits.batch() == null ? "without batches" : "in batches of " + limits.batch())
                        + "; others singly")
                .orElse("a command of its own for each device");
    }

    private List<String> warnings(int movable) {
        List<String> warnings = new ArrayList<>(scope.target().notes());
        long batch = jobs.map(limits -> limits.batchOf(movable)).orElse(0L);
        if (batch > registrationsPerMinute) {
            warnings.add("A job is not paced by Drover: up to " + batch + " devices may be told to move at once, and "
                    + scope.target().name() + " takes " + Math.round(registrationsPerMinute)
                    + " registrations a minute. Give dispatch.job.batch a smaller number, or smaller groups.");
        }
        return warnings;
    }

    private List<String> groups(boolean present) {
        return scope.target().enrollments().stream()
                .filter(enrollment -> enrollment.present() == present)
                .map(TargetEnrollment::targetGroup)
                .toList();
    }
}
