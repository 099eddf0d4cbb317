package io.drover.worker.cli;

import io.drover.worker.db.Ledger;
import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.Migration;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Writes what the ledger holds: a summary, or with csv one line per device. */
@Command(name = "report", description = "Report on a migration from its ledger.", mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
    private static final String HEADER = "device_id,state,reason,attempts,commanded_at,accepted_at,assigned_at,"
            + "connected_at,telemetry_at,finished_at,assigned_hub";

    @Mixin
    private CommonOptions options;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        try (WorkerProcess process = new WorkerProcess(options)) {
            Ledger ledger = open(process);
            Migration migration = migration(process, ledger);
            if (options.output == Output.csv) {
                out.print(HEADER + "\r\n");
                WorkerProcess.await(ledger.devices().reads().eachPage(migration.id(), page -> {
                    page.forEach(row -> out.print(csv(row) + "\r\n"));
                    return Future.succeededFuture();
                }));
            } else {
                DeviceCounts counts = WorkerProcess.await(ledger.devices().counts(migration.id()));
                summary(out, migration, counts.byState(), counts.byReason());
            }
            out.flush();
            return WorkerCommand.DONE;
        }
    }

    static Ledger open(WorkerProcess process) throws Exception {
        return WorkerProcess.await(Ledger.openBeside(
                process.vertx, process.config.ledger(), process.config.policy(), process.meters, Clock.systemUTC()));
    }

    static Migration migration(WorkerProcess process, Ledger ledger) throws Exception {
        String name = process.config.migration().name();
        return WorkerProcess.await(ledger.migrations().find(name))
                .orElseThrow(() -> new IllegalArgumentException(
                        "The ledger " + process.config.ledger().url() + " holds no migration '" + name
                                + "'. Correct migration.name or ledger.url."));
    }

    private void summary(
            PrintWriter out, Migration migration, Map<DeviceState, Long> counts, Map<FailureReason, Long> reasons) {
        long total = counts.values().stream().mapToLong(Long::longValue).sum();
        if (options.output == Output.json) {
            JsonObject states = new JsonObject();
            counts.forEach((state, count) -> states.put(state.name(), count));
            JsonObject why = new JsonObject();
            reasons.forEach((reason, count) -> why.put(reason.name(), count));
            out.println(new JsonObject()
                    .put("migration", migration.name())
                    .put("source", migration.sourceApplication())
                    .put("selection", migration.sourceGroup())
                    .put("target", migration.targetProvisioningService())
                    .put("state", migration.state().name())
                    .put("stateReason", migration.stateReason())
                    .put("states", states)
                    .put("reasons", why)
                    .put("total", total)
                    .put("createdAt", text(migration.createdAt()))
                    .put("finishedAt", migration.finishedAt() == null ? null : text(migration.finishedAt()))
                    .encode());
            return;
        }
        out.println("Migration " + migration.name() + ": " + total + " devices, " + migration.state()
                + (migration.stateReason() == null ? "" : " (" + migration.stateReason() + ")"));
        out.println("  from " + migration.sourceApplication() + " (" + migration.sourceGroup() + ") to "
                + migration.targetProvisioningService());
        counts.forEach((state, count) -> {
            if (count > 0) {
                out.printf("  %-11s %d%n", state, count);
            }
        });
        reasons.forEach(
                (reason, count) -> out.printf("  %d %s (%s). %s%n", count, reason.text(), reason, reason.nextAction()));
    }

    private static String csv(DeviceRow row) {
        boolean decided = row.state().isFinal();
        return Stream.of(
                        row.deviceId(),
                        row.state().name(),
                        decided && row.reason() != null ? row.reason().name() : "",
                        Integer.toString(row.attempt()),
                        text(row.commandedAt()),
                        text(row.acceptedAt()),
                        text(row.assignedAt()),
                        text(row.connectedAt()),
                        text(row.telemetryAt()),
                        text(row.finishedAt()),
                        row.assignedHub() == null ? "" : row.assignedHub())
                .map(ReportCommand::quoted)
                .collect(Collectors.joining(","));
    }

    private static String quoted(String field) {
        boolean special = field.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return special ? '"' + field.replace("\"", "\"\"") + '"' : field;
    }

    private static String text(Instant instant) {
        return instant == null ? "" : instant.toString();
    }
}
