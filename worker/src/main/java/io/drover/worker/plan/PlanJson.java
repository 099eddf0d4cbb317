package io.drover.worker.plan;

import io.drover.worker.plan.Planner.Planned;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;

/** A plan as one JSON object; its devices come last, one on each line, written as they are read. */
public final class PlanJson {
    private PlanJson() {}

    /** Completes after the last line. {@code more} goes beside the plan's own fields. */
    public static Future<Void> write(PrintWriter out, Planned planned, JsonObject more) {
        return write(out, summary(planned.plan()).mergeIn(more), planned.devices());
    }

    /** The same with another summary. */
    static Future<Void> write(PrintWriter out, JsonObject summary, PlannedDevices devices) {
        String text = summary.encode();
        out.print(text.substring(0, text.length() - 1) + ",\"rows\":[");
        boolean[] first = {true};
        return devices.eachPage(page -> {
                    for (PlannedDevice device : page) {
                        out.print(first[0] ? "\n" : ",\n");
                        first[0] = false;
                        out.print(row(device).encode());
                    }
                    return Future.succeededFuture();
                })
                .onSuccess(done -> out.print("\n]}\n"));
    }

    /** All but the devices. */
    public static JsonObject summary(Plan plan) {
        JsonObject verdicts = new JsonObject();
        plan.verdicts().forEach(verdicts::put);
        JsonArray waves = new JsonArray();
        plan.waves()
                .forEach(wave ->
                        waves.add(new JsonObject().put("name", wave.name()).put("devices", wave.devices())));
        JsonArray checks = new JsonArray();
        plan.checks().forEach(check -> checks.add(check(check)));
        Estimate estimate = plan.estimate();
        return new JsonObject()
                .put("source", plan.source())
                .put("target", plan.target())
                .put("idScope", plan.idScope())
                .put("devices", plan.devices())
                .put("movable", plan.movable())
                .put("verdicts", verdicts)
                .put("waves", waves)
                .put("enrollmentGroupsToCreate", new JsonArray(plan.enrollmentGroupsToCreate()))
                .put("enrollmentGroupsPresent", new JsonArray(plan.enrollmentGroupsPresent()))
                .put("hubs", new JsonArray(plan.hubs()))
                .put("checks", checks)
                .put("bindingLimit", plan.binding().name())
                .put("devicesPerSecond", plan.devicesPerSecond())
                .put("way", plan.way())
                .put("warnings", new JsonArray(plan.warnings()))
                .put("startUpSeconds", plan.startUp().toMillis() / 1000.0)
                .put("movingSeconds", estimate.moving().toMillis() / 1000.0)
                .put("shortestSeconds", estimate.shortest().toMillis() / 1000.0)
                .put("longestSeconds", estimate.longest().toMillis() / 1000.0);
    }

    private static JsonObject check(PlanCheck check) {
        return new JsonObject()
                .put("area", check.area().name())
                .put("subject", check.subject())
                .put("outcome", check.outcome().name())
                .put("text", check.text());
    }

    private static JsonObject row(PlannedDevice device) {
        return new JsonObject()
                .put("device", device.deviceId())
                .put("template", device.template())
                .put("verdict", device.verdict())
                .put("reason", device.reason())
                .put("action", device.action())
                .put("credential", device.credential())
                .put("wave", device.wave());
    }
}
