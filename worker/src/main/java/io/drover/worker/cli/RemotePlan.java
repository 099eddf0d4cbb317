package io.drover.worker.cli;

import io.drover.worker.plan.DevicePages;
import io.drover.worker.plan.PlanCsv;
import io.drover.worker.plan.PlanJson;
import io.drover.worker.plan.PlanText;
import io.drover.worker.plan.PlannedDevice;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Has the worker plan, and shows the plan. */
@Command(
        name = "plan",
        description = "Have the worker plan, and show what apply would do.",
        mixinStandardHelpOptions = true)
final class RemotePlan extends RemoteVerb {
    private static final int FEW = 5;
    private static final Duration LOOK = Duration.ofMillis(500);

    @Parameters(paramLabel = "MIGRATION", description = "Its name.")
    private String migration;

    @Option(
            names = "--definition",
            paramLabel = "FILE",
            description =
                    "Keep this as the migration's definition first: the configuration's section migration, YAML or JSON.")
    private Path definition;

    @Option(
            names = "--devices",
            defaultValue = "first",
            description = "Devices that a table names: the first " + FEW
                    + " of each verdict but READY, or all. JSON and CSV name every one.")
    private PlanCommand.Devices devices;

    @Option(
            names = "--credentials",
            defaultValue = "200",
            paramLabel = "all|none|N",
            converter = PlanCommand.LooksConverter.class,
            description = "Devices whose credentials are looked at: so many, all or none (${DEFAULT-VALUE}).")
    private Long credentials;

    @Override
    int run(RemoteWorker worker) throws Exception {
        if (definition != null) {
            RemoteDefinition.keep(worker, migration, definition);
        }
        String path = path(migration) + "/plan";
        JsonObject plan = worker.post(path, new JsonObject().put("credentials", Math.min(credentials, 200_000)));
        while (plan.getString("status").equals("planning")) {
            worker.rest(LOOK);
            plan = worker.get(path);
        }
        if (plan.getString("status").equals("failed")) {
            throw new IllegalStateException(plan.getJsonObject("failure").getString("detail"));
        }
        DevicePages pages = handler -> rows(worker, path, handler);
        switch (output()) {
            case json -> WorkerProcess.await(PlanJson.write(out(), plan, pages));
            case csv -> WorkerProcess.await(PlanCsv.write(out(), pages));
            case table, html -> {
                int shown = devices == PlanCommand.Devices.all ? Integer.MAX_VALUE : FEW;
                WorkerProcess.await(PlanText.write(out(), PlanJson.plan(plan), pages, shown));
                out().println("Plan " + plan.getString("id") + ", valid until " + plan.getString("expiresAt")
                        + ". Next: apply " + migration + " --plan " + plan.getString("id"));
            }
        }
        return WorkerCommand.DONE;
    }

    private static Future<Void> rows(
            RemoteWorker worker, String path, java.util.function.Function<List<PlannedDevice>, Future<Void>> handler) {
        String cursor = "";
        try {
            while (cursor != null) {
                JsonObject page = worker.get(path + "/devices?limit=500"
                        + (cursor.isEmpty() ? "" : "&cursor=" + RemoteWorker.segment(cursor)));
                WorkerProcess.await(handler.apply(page.getJsonArray("items").stream()
                        .map(row -> PlanJson.device((JsonObject) row))
                        .toList()));
                cursor = page.getString("next");
            }
            return Future.succeededFuture();
        } catch (IOException broken) {
            return Future.failedFuture(broken);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Future.failedFuture(stopped);
        } catch (Exception failed) {
            return Future.failedFuture(failed);
        }
    }
}
