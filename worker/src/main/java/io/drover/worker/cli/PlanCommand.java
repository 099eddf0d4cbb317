package io.drover.worker.cli;

import io.drover.worker.MigrationPipeline;
import io.drover.worker.permission.MissingPermissionsException;
import io.drover.worker.plan.Plan;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Shows what apply would do and does none of it. */
@Command(name = "plan", description = "Show what apply would do.", mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {
    @Mixin
    private CommonOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        try (WorkerProcess process = new WorkerProcess(options)) {
            MigrationPipeline pipeline = WorkerProcess.await(
                    MigrationPipeline.prepare(process.vertx, process.config, process.meters, Clock.systemUTC())
                            .onFailure(this::missing));
            Plan plan = WorkerProcess.await(pipeline.plan());
            PrintWriter out = spec.commandLine().getOut();
            switch (options.output) {
                case json ->
                    out.println(json(plan)
                            .put("permissions", PermissionTable.json(pipeline.permissions()))
                            .encode());
                case csv -> csv(out, plan);
                case table, html -> {
                    table(out, plan);
                    PermissionTable.print(out, pipeline.permissions());
                }
            }
            out.flush();
            return WorkerCommand.DONE;
        }
    }

    /** Shows what there is as well; the failure itself names what is missing. */
    private void missing(Throwable failure) {
        if (failure instanceof MissingPermissionsException rights) {
            PrintWriter out = spec.commandLine().getOut();
            if (options.output == Output.json) {
                out.println(new JsonObject()
                        .put("permissions", PermissionTable.json(rights.checks()))
                        .encode());
            } else if (options.output != Output.csv) {
                PermissionTable.print(out, rights.checks());
            }
            out.flush();
        }
    }

    private static JsonObject json(Plan plan) {
        JsonObject verdicts = new JsonObject();
        plan.verdicts().forEach((reason, count) -> verdicts.put(reason.name(), count));
        return new JsonObject()
                .put("source", plan.source())
                .put("devices", plan.devices())
                .put("movable", plan.movable())
                .put("verdicts", verdicts)
                .put("enrollmentGroupsToCreate", new JsonArray(plan.enrollmentGroupsToCreate()))
                .put("enrollmentGroupsPresent", new JsonArray(plan.enrollmentGroupsPresent()))
                .put("hubs", new JsonArray(plan.hubs()))
                .put("bindingLimit", plan.binding().name())
                .put("devicesPerSecond", plan.devicesPerSecond())
                .put("way", plan.way())
                .put("warnings", new JsonArray(plan.warnings()))
                .put("shortestSeconds", plan.shortest().toSeconds())
                .put("longestSeconds", plan.longest().toSeconds());
    }

    private static void csv(PrintWriter out, Plan plan) {
        out.print("verdict,devices\r\n");
        out.print("MOVABLE," + plan.movable() + "\r\n");
        plan.verdicts().forEach((reason, count) -> out.print(reason + "," + count + "\r\n"));
    }

    private static void table(PrintWriter out, Plan plan) {
        out.printf("Source: %s%n", plan.source());
        out.printf("%d devices selected, %d can move%n", plan.devices(), plan.movable());
        plan.verdicts()
                .forEach((reason, count) ->
                        out.printf("  %d excluded: %s. %s%n", count, reason.text(), reason.nextAction()));
        out.printf("Target: %s%n", String.join(", ", plan.hubs()));
        plan.enrollmentGroupsToCreate().forEach(name -> out.printf("  will create enrollment group %s%n", name));
        plan.enrollmentGroupsPresent().forEach(name -> out.printf("  enrollment group %s is there%n", name));
        out.printf(
                Locale.ROOT,
                "Pace: %.1f devices/s, limited by %s; between %s and %s%n",
                plan.devicesPerSecond(),
                plan.binding(),
                time(plan.shortest()),
                time(plan.longest()));
        out.printf("Way: %s%n", plan.way());
        plan.warnings().forEach(warning -> out.printf("Note: %s%n", warning));
    }

    private static String time(Duration duration) {
        return duration.toHours() > 0
                ? duration.toHours() + " h " + duration.toMinutesPart() + " min"
                : duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
    }
}
