package io.drover.worker.cli;

import io.drover.worker.azure.AzureClients;
import io.drover.worker.cleanup.Cleanup;
import io.drover.worker.cleanup.CleanupPreflight;
import io.drover.worker.cleanup.CleanupVerdict;
import io.drover.worker.db.Ledger;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.migration.AuditStore.Act;
import io.drover.worker.migration.Migration;
import io.drover.worker.permission.PermissionChecks;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Deletes at the source what has moved for good; run again after a stop it goes on. */
@Command(
        name = "cleanup",
        description = "Delete moved devices at the source, each only when proven at the target once more.",
        mixinStandardHelpOptions = true)
final class CleanupCommand implements Callable<Integer> {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,6})([smhd])");

    private final Clock clock = Clock.systemUTC();

    @Mixin
    private CommonOptions options;

    @Option(
            names = "--after",
            required = true,
            description = "Only devices that arrived longer ago than this, such as 7d or 12h.")
    private String after;

    @Option(names = "--confirm", paramLabel = "NAME", description = "The migration's name, to say that you mean it.")
    private String confirm;

    @Option(names = "--dry-run", description = "Say what would be deleted, and why not; delete nothing.")
    private boolean dryRun;

    @Option(
            names = "--actor",
            description = "Who, for the audit. Default: the operating system's user.",
            defaultValue = "${sys:user.name}")
    private String actor;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        Duration wait = duration();
        try (WorkerProcess process = new WorkerProcess(options)) {
            Ledger ledger = WorkerProcess.await(Ledger.open(
                    process.vertx, process.config.ledger(), process.config.policy(), process.meters, clock));
            Migration migration = ReportCommand.migration(process, ledger);
            check(migration);
            AzureClients azure = new AzureClients(process.vertx, process.config, process.meters, clock);
            Cleanup cleanup = WorkerProcess.await(new PermissionChecks(azure, process.config)
                    .ofCleanup(!dryRun)
                    .map(PermissionChecks::noneMissing)
                    .compose(checks -> new CleanupPreflight(azure, process.config.migration(), clock)
                            .prepare(ledger.devices(), wait, dryRun)));
            if (!dryRun) {
                WorkerProcess.await(
                        ledger.audit().append(new Act(actor, "cleanup", migration.name(), "begun, after " + after)));
            }
            PrintWriter out = spec.commandLine().getOut();
            Map<CleanupVerdict, Long> counts = new EnumMap<>(CleanupVerdict.class);
            WorkerProcess.await(cleanup.run(migration.id(), (row, verdict) -> {
                counts.merge(verdict, 1L, Long::sum);
                line(out, row, verdict);
            }));
            if (!dryRun) {
                WorkerProcess.await(
                        ledger.audit().append(new Act(actor, "cleanup", migration.name(), "done: " + counts)));
            }
            summary(out, counts);
            return WorkerCommand.DONE;
        }
    }

    private void check(Migration migration) {
        if (migration.returns() != null) {
            throw new IllegalArgumentException("Migration '" + migration.name()
                    + "' is a return: nothing of it is cleaned up. Name the forward one.");
        }
        if (!dryRun && !migration.name().equals(confirm)) {
            throw new IllegalArgumentException("cleanup deletes devices for good. Look with --dry-run first, then write"
                    + " --confirm " + migration.name() + ".");
        }
    }

    private Duration duration() {
        Matcher matcher = DURATION.matcher(after);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("--after: '" + after + "' is no duration. Write one such as 7d or 12h.");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }

    /** Those that are deleted as well, as the list is what an operator keeps. */
    private void line(PrintWriter out, DeviceRow row, CleanupVerdict verdict) {
        if (options.output == Output.csv) {
            out.print(row.deviceId() + "," + verdict + "\r\n");
        } else {
            out.println(row.deviceId() + "  " + verdict + "  " + verdict.text() + ". " + verdict.nextAction());
        }
        out.flush();
    }

    private void summary(PrintWriter out, Map<CleanupVerdict, Long> counts) {
        if (options.output == Output.csv) {
            return;
        }
        counts.forEach((verdict, count) -> out.println("  " + verdict + " " + count));
        out.println(
                dryRun
                        ? "Nothing was deleted (--dry-run)."
                        : "Deleted at the source: " + counts.getOrDefault(CleanupVerdict.PROVEN, 0L));
        out.flush();
    }
}
