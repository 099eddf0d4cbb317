package io.drover.simulator.cluster.coordinator;

import io.drover.simulator.fleet.device.DevicePhase;
import io.drover.simulator.load.LoadReport;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * What a fleet of several members has come to: each of them, and all as one. The total is that of the members which told their
 * last figures; those which did not are named, and the report is incomplete then.
 *
 * @param load of the total
 */
record CombinedReport(JsonObject json, List<Member> members, Optional<LoadReport> load, boolean complete) {

    /** @param why it ended, for a person */
    static CombinedReport of(Plan plan, Instant startedAt, String why, List<Member> members) {
        List<Member> done = members.stream()
                .filter(member -> member.state() == Member.State.DONE)
                .toList();
        boolean complete = done.size() == members.size() && startedAt != null;
        JsonArray each = new JsonArray();
        members.forEach(member -> each.add(member.toJson()
                .put("status", member.status())
                .put("load", member.load().map(LoadReport::toJson).orElse(null))));
        Optional<LoadReport> load = FleetSum.load(done);
        JsonObject json = new JsonObject()
                .put("complete", complete)
                .put("ended", why)
                .put("scenario", plan.scenario().name())
                .put("devices", plan.scenario().devices())
                .put("seed", plan.scenario().seed())
                .put("startedAt", startedAt == null ? null : startedAt.toString())
                .put("endedAt", Instant.now().toString())
                .put("startSpreadMillis", spread(done))
                .put("members", each)
                .put(
                        "total",
                        new JsonObject()
                                .put("status", FleetSum.status(done))
                                .put("load", load.map(LoadReport::toJson).orElse(null)));
        return new CombinedReport(json, members, load, complete);
    }

    /** All began within so many milliseconds; null when one has not begun. */
    private static Double spread(List<Member> done) {
        return done.stream().map(Member::beganWithinMillis).anyMatch(Objects::isNull)
                ? null
                : done.stream().mapToDouble(Member::beganWithinMillis).max().orElse(0);
    }

    /** For a person: one line each, and all. */
    String text() {
        List<String> lines = new ArrayList<>();
        lines.add((complete ? "COMPLETE" : "INCOMPLETE") + ": scenario " + json.getString("scenario") + ", "
                + json.getInteger("devices") + " devices, seed " + json.getLong("seed") + ", " + members.size()
                + " members; ended: " + json.getString("ended"));
        Double spread = json.getDouble("startSpreadMillis");
        if (spread != null) {
            lines.add(String.format(Locale.ROOT, "All members began within %.1f ms.", spread));
        }
        lines.add(row("member", "devices", "source", "moving", "target", "other", "telemetry", "errors"));
        for (Member member : members) {
            lines.add(
                    member.isLost()
                            ? String.format(
                                    Locale.ROOT,
                                    "%-20s %-18s LOST: %s",
                                    member.name(),
                                    devices(member),
                                    member.toJson().getString("lost"))
                            : row(member.name(), devices(member), member.status()));
        }
        JsonObject total = json.getJsonObject("total").getJsonObject("status");
        lines.add(row("total", String.valueOf(total.getLong("devices", 0L)), total));
        load.ifPresent(all -> lines.add("Load " + all.judgement()));
        return String.join("\n", lines);
    }

    private static String devices(Member member) {
        IndexRanges.Range range = member.range();
        return range.size() + " (" + range.from() + "-" + (range.to() - 1) + ")";
    }

    private static String row(String name, String devices, JsonObject status) {
        JsonObject phases = status.getJsonObject("phases", new JsonObject());
        long all = sum(phases);
        long source = phases.getLong(DevicePhase.SOURCE.text(), 0L);
        long moving = phases.getLong(DevicePhase.MOVING.text(), 0L);
        long target = phases.getLong(DevicePhase.TARGET.text(), 0L);
        return row(
                name,
                devices,
                String.valueOf(source),
                String.valueOf(moving),
                String.valueOf(target),
                String.valueOf(all - source - moving - target),
                String.valueOf(status.getLong("telemetrySent", 0L)),
                String.valueOf(sum(status.getJsonObject("errors", new JsonObject()))));
    }

    private static long sum(JsonObject counts) {
        return counts.stream()
                .mapToLong(entry -> ((Number) entry.getValue()).longValue())
                .sum();
    }

    private static String row(
            String name,
            String devices,
            String source,
            String moving,
            String target,
            String other,
            String telemetry,
            String errors) {
        return String.format(
                Locale.ROOT,
                "%-20s %-18s %8s %8s %8s %8s %10s %8s",
                name,
                devices,
                source,
                moving,
                target,
                other,
                telemetry,
                errors);
    }
}
