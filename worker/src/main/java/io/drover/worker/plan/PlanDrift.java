package io.drover.worker.plan;

import io.drover.worker.plan.Planner.Planned;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What has changed since a plan was kept. */
public final class PlanDrift {
    private static final int NAMED = 10;

    private final Vertx vertx;
    private final KeptPlan kept;

    public PlanDrift(Vertx vertx, KeptPlan kept) {
        this.vertx = vertx;
        this.kept = kept;
    }

    /** What must be the same in both plans, by what a person calls it. */
    public static Map<String, String> facts(Plan plan) {
        Map<String, String> facts = new TreeMap<>();
        facts.put("source", plan.source());
        facts.put("target", plan.target());
        facts.put("ID scope", Objects.toString(plan.idScope(), ""));
        facts.put("linked hubs", sorted(plan.hubs()));
        facts.put("enrollment groups to create", sorted(plan.enrollmentGroupsToCreate()));
        facts.put("enrollment groups there", sorted(plan.enrollmentGroupsPresent()));
        facts.put("limit", plan.binding() + " " + Math.round(plan.devicesPerSecond() * 1000) / 1000.0 + "/s");
        return facts;
    }

    private static String sorted(List<String> names) {
        return names.stream().sorted().collect(Collectors.joining(", "));
    }

    /** What forbids to go on before anything is looked at; empty when nothing does. */
    public List<String> before(String configuration, Instant now) {
        List<String> drift = new ArrayList<>();
        if (now.isAfter(kept.validUntil())) {
            drift.add("it was valid until " + kept.validUntil());
        }
        if (!kept.configuration().equals(configuration)) {
            drift.add("the configuration has changed");
        }
        kept.blocking().forEach(check -> drift.add("it says that an apply would fail: " + check));
        return drift;
    }

    /** What differs from a plan made now; empty when nothing does. */
    public Future<List<String>> against(Planned now) {
        List<String> drift = new ArrayList<>();
        Map<String, String> facts = facts(now.plan());
        facts.forEach((name, value) -> {
            String before = kept.facts().getOrDefault(name, "");
            if (!before.equals(value)) {
                drift.add(name + ": planned was '" + before + "', now it is '" + value + "'");
            }
        });
        now.plan()
                .checks(PlanCheck.Outcome.BLOCKING)
                .forEach(check -> drift.add(check.subject() + ": " + check.text()));
        return PlanDigest.of(now.devices())
                .compose(digest -> digest.equals(kept.devices())
                        ? Future.succeededFuture(List.copyOf(drift))
                        : kept.verdicts(vertx)
                                .compose(verdicts -> devices(now.devices(), verdicts))
                                .map(changed -> {
                                    drift.addAll(changed);
                                    return List.copyOf(drift);
                                }));
    }

    private static Future<List<String>> devices(PlannedDevices now, Map<String, String> gone) {
        Named added = new Named("in the selection now, but not in the plan");
        Named changed = new Named("with another verdict");
        return now.eachPage(page -> {
                    for (PlannedDevice device : page) {
                        String before = gone.remove(device.deviceId());
                        String verdict = PlanDigest.lasting(device.verdict());
                        if (before == null) {
                            added.add(device.deviceId() + " (" + verdict + ")");
                        } else if (!before.equals(verdict)) {
                            changed.add(device.deviceId() + " (" + before + ", now " + verdict + ")");
                        }
                    }
                    return Future.succeededFuture();
                })
                .map(done -> {
                    Named removed = new Named("in the plan, but not in the selection any more");
                    gone.keySet().stream().sorted().forEach(removed::add);
                    return List.of(added, removed, changed).stream()
                            .filter(named -> named.total > 0)
                            .map(Named::text)
                            .toList();
                });
    }

    /** The first few of a kind, and how many there are. */
    private static final class Named {
        private final String what;
        private final List<String> first = new ArrayList<>();
        private long total;

        Named(String what) {
            this.what = what;
        }

        void add(String device) {
            total++;
            if (first.size() < NAMED) {
                first.add(device);
            }
        }

        String text() {
            String more = total > first.size() ? " and " + (total - first.size()) + " more" : "";
            return total + (total == 1 ? " device is " : " devices are ") + what + ": " + String.join(", ", first)
                    + more;
        }
    }
}
