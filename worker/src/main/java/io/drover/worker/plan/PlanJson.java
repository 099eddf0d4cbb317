package io.drover.worker.plan;

import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.plan.Planner.Planned;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A plan as one JSON object; its devices come last, one on each line, written as they are read. */
public final class PlanJson {
    private PlanJson() {}

    /** Completes after the last line. {@code more} goes beside the plan's own fields. */
    public static Future<Void> write(PrintWriter out, Planned planned, JsonObject more) {
        return write(out, summary(planned.plan()).mergeIn(more), planned.devices());
    }

    /** The same with another summary. */
    public static Future<Void> write(PrintWriter out, JsonObject summary, DevicePages devices) {
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

    /** A plan as {@link #summary} wrote it. */
    public static Plan plan(JsonObject json) {
        Map<String, Long> verdicts = new TreeMap<>();
        JsonObject counts = json.getJsonObject("verdicts");
        counts.fieldNames().forEach(verdict -> verdicts.put(verdict, counts.getLong(verdict)));
        return new Plan(
                json.getString("source"),
                json.getString("target"),
                json.getString("idScope"),
                json.getLong("devices"),
                json.getLong("movable"),
                verdicts,
                objects(json, "waves")
                        .map(wave -> new Plan.WaveSize(wave.getString("name"), wave.getLong("devices")))
                        .toList(),
                texts(json, "enrollmentGroupsToCreate"),
                texts(json, "enrollmentGroupsPresent"),
                texts(json, "hubs"),
                objects(json, "checks")
                        .map(check -> new PlanCheck(
                                PlanCheck.Area.valueOf(check.getString("area")),
                                check.getString("subject"),
                                PlanCheck.Outcome.valueOf(check.getString("outcome")),
                                check.getString("text")))
                        .toList(),
                AzureLimit.valueOf(json.getString("bindingLimit")),
                json.getDouble("devicesPerSecond"),
                json.getString("way"),
                texts(json, "warnings"),
                seconds(json, "startUpSeconds"),
                new Estimate(
                        seconds(json, "movingSeconds"),
                        seconds(json, "shortestSeconds"),
                        seconds(json, "longestSeconds")));
    }

    /** A device as its row was written. */
    public static PlannedDevice device(JsonObject row) {
        return new PlannedDevice(
                row.getString("device"),
                row.getString("template"),
                row.getString("verdict"),
                row.getString("reason"),
                row.getString("action"),
                row.getString("credential"),
                row.getString("wave"));
    }

    private static Stream<JsonObject> objects(JsonObject json, String field) {
        return json.getJsonArray(field).stream().map(JsonObject.class::cast);
    }

    private static List<String> texts(JsonObject json, String field) {
        return json.getJsonArray(field).stream().map(String.class::cast).toList();
    }

    private static Duration seconds(JsonObject json, String field) {
        return Duration.ofMillis(Math.round(json.getDouble(field) * 1000));
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
