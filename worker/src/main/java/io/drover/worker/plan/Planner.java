package io.drover.worker.plan;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.arm.ArmClient;
import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.central.JobLimits;
import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.MovePolicy;
import io.drover.worker.dispatch.DispatchPace;
import io.drover.worker.migration.RolloutPolicy;
import io.drover.worker.migration.WavePolicy;
import io.drover.worker.plan.Plan.WaveSize;
import io.drover.worker.registration.CredentialPreview;
import io.drover.worker.source.MoveTarget;
import io.drover.worker.target.MigrationScope;
import io.drover.worker.target.ProvisioningTarget;
import io.drover.worker.target.TargetEnrollment;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Reads the selection and says what an apply would do with it; writes nothing at source or target. */
public final class Planner {
    /** Of an apply beyond what a plan does: its process, its ledger, the telemetry reader, the first sweeps. */
    private static final Duration STAGES = Duration.ofSeconds(3);

    private final Vertx vertx;
    private final MigrationScope scope;
    private final Facts facts;
    private final ArmClient arm;
    private final Clock clock;

    /**
     * What a plan is made from beside the source and the target.
     *
     * @param jobs how IoT Central jobs go through their devices; empty where devices are commanded singly
     * @param arrivalsPerMinute that the target takes
     * @param preflight how long the checks before the plan took
     */
    public record Facts(
            RolloutPolicy rollout,
            MovePolicy policy,
            DispatchPace pace,
            Optional<JobLimits> jobs,
            double arrivalsPerMinute,
            Duration preflight) {}

    /** What a plan says, and of which devices; close the devices when done. */
    public record Planned(Plan plan, PlannedDevices devices) {}

    public Planner(Vertx vertx, MigrationScope scope, Facts facts, ArmClient arm, Clock clock) {
        this.vertx = vertx;
        this.scope = scope;
        this.facts = facts;
        this.arm = arm;
        this.clock = clock;
    }

    /** Completes after the last page of the selection; no credential is looked at. */
    public Future<Planned> plan() {
        return plan(devices -> Future.succeededFuture(List.of()));
    }

    /** The same with a look at the credentials of the first {@code most} devices that an apply will look at. */
    public Future<Planned> plan(CredentialPreview preview, long most) {
        return plan(devices -> devices.look(preview, most)
                .map(looked -> looked.left() == 0
                        ? List.<String>of()
                        : List.of("The credentials of " + looked.devices() + " devices were looked at; those of "
                                + looked.left()
                                + " more are only in registration. Plan with all credentials to look at each"
                                + " of them now.")));
    }

    private Future<Planned> plan(Function<PlannedDevices, Future<List<String>>> looks) {
        Instant begun = clock.instant();
        return PlannedDevices.read(vertx, scope, facts.rollout(), facts.policy(), clock)
                .compose(devices -> {
                    Duration listing = Duration.between(begun, clock.instant());
                    return looks.apply(devices)
                            .compose(notes -> plan(devices, listing).map(plan -> plan.alsoWarning(notes)))
                            .map(plan -> new Planned(plan, devices))
                            .recover(cause -> devices.close(vertx).transform(closed -> Future.failedFuture(cause)));
                });
    }

    private Future<Plan> plan(PlannedDevices devices, Duration listing) {
        return devices.counts()
                .compose(counts -> verdicts(devices, counts).compose(verdicts -> {
                    long movable = movable(counts);
                    return checks(movable)
                            .compose(checks -> idScope()
                                    .map(idScope -> plan(counts, movable, verdicts, checks, idScope, listing)));
                }));
    }

    /** Null while an application has no device that tells it; an apply reads it from the first that it makes. */
    private Future<String> idScope() {
        return scope.target()
                .moveTarget()
                .map(MoveTarget::idScope)
                .recover(cause -> cause instanceof AzureException refused && refused.status() == 404
                        ? Future.succeededFuture(null)
                        : Future.failedFuture(cause));
    }

    private Plan plan(
            DeviceCounts counts,
            long movable,
            Map<String, Long> verdicts,
            List<PlanCheck> checks,
            String idScope,
            Duration listing) {
        DispatchPace pace = facts.pace();
        List<WaveSize> waves = waves(counts);
        long offline = verdicts.getOrDefault(PlannedDevice.OFFLINE, 0L);
        Instant now = clock.instant();
        Instant startAt = facts.rollout().startAt();
        return new Plan(
                scope.source().description(),
                scope.target().name(),
                idScope,
                counts.total(),
                movable,
                verdicts,
                waves,
                groups(false),
                groups(true),
                targets(),
                checks,
                pace.binding(),
                pace.perSecond(),
                way(),
                warnings(movable, offline),
                facts.preflight().plus(listing).plus(STAGES),
                Estimate.of(
                        online(waves, movable, offline),
                        pace.perSecond(),
                        facts.rollout(),
                        facts.policy().compression(),
                        startAt != null && startAt.isAfter(now) ? startAt : now));
    }

    /** All but those that the source rules out, and those whose credential does. */
    private static long movable(DeviceCounts counts) {
        return counts.total() - counts.in(DeviceState.EXCLUDED, DeviceState.FAILED);
    }

    /** Which wave the offline devices are in is not looked at: each wave is taken to have its share. */
    private static List<Long> online(List<WaveSize> waves, long movable, long offline) {
        double share = movable == 0 ? 0 : (movable - offline) / (double) movable;
        return waves.stream().map(wave -> Math.round(wave.devices() * share)).toList();
    }

    private Future<Map<String, Long>> verdicts(PlannedDevices devices, DeviceCounts counts) {
        Map<String, Long> verdicts = new TreeMap<>();
        counts.byReason().forEach((reason, number) -> verdicts.put(reason.name(), number));
        long movable = movable(counts);
        if (!devices.showsConnections()) {
            verdicts.put(PlannedDevice.READY, movable);
            return Future.succeededFuture(verdicts);
        }
        return devices.eachPage(page -> {
                    page.stream()
                            .filter(PlannedDevice::movable)
                            .forEach(device -> verdicts.merge(device.verdict(), 1L, Long::sum));
                    return Future.succeededFuture();
                })
                .map(done -> verdicts);
    }

    private Future<List<PlanCheck>> checks(long movable) {
        return scope.target() instanceof ProvisioningTarget target
                ? new TargetCheck(arm, target).of(movable)
                : Future.succeededFuture(List.of());
    }

    private List<WaveSize> waves(DeviceCounts counts) {
        List<WaveSize> sizes = new ArrayList<>();
        for (WavePolicy wave : facts.rollout().waves()) {
            DeviceCounts own = counts.ofWave(sizes.size() + 1);
            sizes.add(new WaveSize(wave.name(), movable(own)));
        }
        return sizes;
    }

    private List<String> targets() {
        List<HubResource> hubs = scope.target().hubs();
        return hubs.isEmpty()
                ? List.of(scope.target().name())
                : hubs.stream().map(HubResource::hostName).toList();
    }

    private String way() {
        return facts.jobs()
                .map(limits -> "an IoT Central job for each wave that allows it, "
                        + (limits.batch() == null ? "without batches" : "in batches of " + limits.batch())
                        + "; others singly")
                .orElse("a command of its own for each device");
    }

    private List<String> warnings(long movable, long offline) {
        List<String> warnings = new ArrayList<>(scope.target().notes());
        long batch = facts.jobs().map(limits -> limits.batchOf(movable)).orElse(0L);
        if (batch > facts.arrivalsPerMinute()) {
            warnings.add("A job is not paced by Drover: up to " + batch + " devices may be told to move at once, and "
                    + scope.target().name() + " takes " + Math.round(facts.arrivalsPerMinute())
                    + " registrations a minute. Give dispatch.job.batch a smaller number, or smaller groups.");
        }
        if (offline > 0) {
            warnings.add(
                    offline + " devices seem to be offline; each moves when it comes back, and the estimate does not"
                            + " count them.");
        }
        if (facts.rollout().approval()
                || facts.rollout().waves().stream().anyMatch(wave -> wave.gate().promote())) {
            warnings.add("A person approves or promotes on the way; the estimate does not count how long that takes.");
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
