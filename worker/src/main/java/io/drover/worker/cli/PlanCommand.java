package io.drover.worker.cli;

import io.drover.worker.MigrationPipeline;
import io.drover.worker.permission.MissingPermissionsException;
import io.drover.worker.permission.PermissionCheck;
import io.drover.worker.plan.PlanCsv;
import io.drover.worker.plan.PlanDigest;
import io.drover.worker.plan.PlanFile;
import io.drover.worker.plan.PlanJson;
import io.drover.worker.plan.PlanText;
import io.drover.worker.plan.Planner.Planned;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Shows what apply would do and does none of it. */
@Command(name = "plan", description = "Show what apply would do.", mixinStandardHelpOptions = true)
final class PlanCommand implements Callable<Integer> {
    private static final int FEW = 5;

    /** Which devices a table names. */
    enum Devices {
        first,
        all
    }

    @Mixin
    private CommonOptions options;

    @Option(
            names = "--devices",
            defaultValue = "first",
            description = "Devices that a table names: the first " + FEW
                    + " of each verdict but READY, or all. JSON and CSV name every one.")
    private Devices devices;

    @Option(names = "--save", paramLabel = "FILE", description = "Keep the plan, for apply --plan to be held against.")
    private Path save;

    @Option(
            names = "--valid",
            defaultValue = "24h",
            paramLabel = "TIME",
            converter = ValidityConverter.class,
            description = "How long a kept plan is valid, such as 90m, 24h or 7d (${DEFAULT-VALUE}).")
    private Duration valid;

    @Option(
            names = "--credentials",
            defaultValue = "200",
            paramLabel = "all|none|N",
            converter = LooksConverter.class,
            description = "Devices whose credentials are looked at, one call each of those that an apply will look at:"
                    + " so many, all or none (${DEFAULT-VALUE}).")
    private Long credentials;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        try (WorkerProcess process = new WorkerProcess(options)) {
            MigrationPipeline pipeline = WorkerProcess.await(
                    MigrationPipeline.prepare(process.vertx, process.config, process.meters, Clock.systemUTC())
                            .onFailure(this::missing));
            Planned planned = WorkerProcess.await(pipeline.plan(credentials));
            try {
                write(planned, pipeline.permissions());
                if (save != null) {
                    keep(process, planned);
                }
            } finally {
                WorkerProcess.await(planned.devices().close(process.vertx));
            }
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

    private void keep(WorkerProcess process, Planned planned) throws Exception {
        Instant now = Clock.systemUTC().instant();
        WorkerProcess.await(PlanFile.save(save, planned, PlanDigest.of(process.config), now, valid));
        if (options.output == Output.table) {
            PrintWriter out = spec.commandLine().getOut();
            out.println("Kept in " + save + ", valid until " + now.plus(valid));
            out.flush();
        }
    }

    /** Reads a number, all or none. */
    static final class LooksConverter implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            if (text.matches("\\d{1,9}")) {
                return Long.valueOf(text);
            }
            return switch (text) {
                case "all" -> Long.MAX_VALUE;
                case "none" -> 0L;
                default ->
                    throw new TypeConversionException("'" + text + "' is not a number. Write one, or all or none.");
            };
        }
    }

    /** Reads a number and its unit. */
    static final class ValidityConverter implements ITypeConverter<Duration> {
        private static final Pattern TIME = Pattern.compile("([1-9]\\d{0,5})([mhd])");

        @Override
        public Duration convert(String text) {
            Matcher matcher = TIME.matcher(text);
            if (!matcher.matches()) {
                throw new TypeConversionException("'" + text + "' is not a time. Write one like 90m, 24h or 7d.");
            }
            long amount = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        }
    }

    private void write(Planned planned, List<PermissionCheck> permissions) throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        switch (options.output) {
            case json ->
                WorkerProcess.await(PlanJson.write(
                        out, planned, new JsonObject().put("permissions", PermissionTable.json(permissions))));
            case csv -> WorkerProcess.await(PlanCsv.write(out, planned.devices()));
            case table, html -> {
                WorkerProcess.await(PlanText.write(
                        out, planned.plan(), planned.devices(), devices == Devices.all ? Integer.MAX_VALUE : FEW));
                PermissionTable.print(out, permissions);
            }
        }
        out.flush();
    }
}
