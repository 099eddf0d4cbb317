package io.drover.worker.operation;

import io.drover.worker.WorkerConfig;
import io.drover.worker.azure.AzureClients;
import io.drover.worker.cleanup.CleanupPreflight;
import io.drover.worker.cleanup.CleanupVerdict;
import io.drover.worker.db.Ledger;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.migration.AuditStore.Act;
import io.drover.worker.migration.Migration;
import io.drover.worker.permission.PermissionChecks;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Deletes at the source what has moved for good, or only looks what could be deleted; done again after a stop it goes on. */
public final class CleanupRun {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,6})([smhd])");

    private final AzureClients azure;
    private final WorkerConfig config;
    private final Ledger ledger;
    private final Clock clock;

    public CleanupRun(AzureClients azure, WorkerConfig config, Ledger ledger, Clock clock) {
        this.azure = azure;
        this.config = config;
        this.ledger = ledger;
        this.clock = clock;
    }

    /**
     * What is asked for.
     *
     * @param after only devices that arrived longer ago, as text
     * @param dryRun whether to delete nothing
     * @param confirm the migration's name, to say that it is meant; null is enough for a dry run
     */
    public record Request(String after, boolean dryRun, String confirm, String actor) {
        /** Throws {@link RefusedException}. */
        public Duration age() {
            Matcher matcher = DURATION.matcher(after);
            if (!matcher.matches()) {
                throw new RefusedException("'" + after + "' is no duration. Write one such as 7d or 12h.");
            }
            long number = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofDays(number);
            };
        }

        /** Throws {@link RefusedException} when nothing of this migration may be deleted, or nobody has confirmed it. */
        public void check(Migration migration) {
            if (migration.returns() != null) {
                throw new RefusedException("Migration '" + migration.name()
                        + "' is a return: nothing of it is cleaned up. Name the forward one.");
            }
            if (!dryRun && !migration.name().equals(confirm)) {
                throw new RefusedException("Cleanup deletes devices for good. Look first with a dry run, then confirm"
                        + " by the migration's name, " + migration.name() + ".");
            }
        }
    }

    /** Completes with devices by verdict; {@code told} hears of each. */
    public Future<Map<CleanupVerdict, Long>> run(
            Migration migration, Request request, BiConsumer<DeviceRow, CleanupVerdict> told) {
        Map<CleanupVerdict, Long> counts = new EnumMap<>(CleanupVerdict.class);
        return new PermissionChecks(azure, config)
                .ofCleanup(!request.dryRun())
                .map(PermissionChecks::noneMissing)
                .compose(checks -> new CleanupPreflight(azure, config.migration(), clock)
                        .prepare(ledger.devices(), request.age(), request.dryRun()))
                .compose(cleanup -> record(migration, request, "begun, after " + request.after())
                        .compose(begun -> cleanup.run(migration.id(), (row, verdict) -> {
                            counts.merge(verdict, 1L, Long::sum);
                            told.accept(row, verdict);
                        })))
                .compose(done -> record(migration, request, "done: " + counts))
                .map(done -> counts);
    }

    private Future<?> record(Migration migration, Request request, String detail) {
        return request.dryRun()
                ? Future.succeededFuture()
                : ledger.audit().append(new Act(request.actor(), "cleanup", migration.name(), detail));
    }
}
