package io.drover.simulator.cluster.coordinator;

import io.drover.simulator.fleet.StatusSum;
import io.drover.simulator.load.LoadReport;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The whole fleet at one moment, as its members told last, which is about a second ago. Who is lost is left out of the sums.
 *
 * @param status as one fleet's, added up, with a list of the members
 * @param health likewise
 * @param load of all as one; empty before the devices are made
 * @param ready whether every device of every member has been where its behaviour wants it before the move
 */
record FleetSum(JsonObject status, JsonObject health, Optional<LoadReport> load, boolean ready) {
    static FleetSum of(Coordinator.Phase phase, Instant startedAt, List<Member> members) {
        List<Member> living =
                members.stream().filter(member -> !member.isLost()).toList();
        Optional<LoadReport> load = load(living);
        JsonObject status = status(living)
                .put("startedAt", startedAt == null ? null : startedAt.toString())
                .put("state", phase.name().toLowerCase(Locale.ROOT))
                .put(
                        "members",
                        new JsonArray(members.stream().map(Member::toJson).toList()));
        boolean ready = phase == Coordinator.Phase.RUNNING
                && living.size() == members.size()
                && members.stream()
                        .allMatch(member -> "UP".equals(member.health().getString("status")));
        JsonObject health = StatusSum.of(living.stream().map(Member::health).toList())
                .put("status", ready ? "UP" : "DOWN")
                .put("started", startedAt != null);
        return new FleetSum(status, health, load, ready);
    }

    /** Statuses added up, their schedules as one; what each says of its own processes is left to the member. */
    static JsonObject status(List<Member> members) {
        JsonObject sum = StatusSum.of(members.stream()
                .map(member -> {
                    JsonObject own = member.status().copy();
                    own.remove("processes");
                    own.remove("schedule");
                    return own;
                })
                .toList());
        load(members).ifPresent(load -> sum.put("schedule", load.toJson().getJsonObject("schedule")));
        return sum;
    }

    /** The loads of those that have told theirs as one. */
    static Optional<LoadReport> load(List<Member> members) {
        List<LoadReport> told =
                members.stream().map(Member::load).flatMap(Optional::stream).toList();
        return told.isEmpty() ? Optional.empty() : Optional.of(LoadReport.merge(told));
    }
}
