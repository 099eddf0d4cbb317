package io.drover.worker.operation;

import io.drover.worker.MigrationPipeline;
import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfig.ApplicationDevices;
import io.drover.worker.WorkerConfig.HubDevices;
import io.drover.worker.azure.AzureClients;
import io.drover.worker.db.Ledger;
import io.drover.worker.migration.AuditStore.Act;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.TargetKind;
import io.drover.worker.migration.Wave;
import io.drover.worker.source.DeviceChoice.ListedDevices;
import io.drover.worker.source.ReturnSelection;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Brings moved devices back, as a migration of its own in the forward migration's ledger. */
public final class Failback {
    /** Its moved devices are final and it moves no others meanwhile. */
    private static final Set<MigrationState> QUIET =
            EnumSet.of(MigrationState.FINISHED, MigrationState.ABORTED, MigrationState.PAUSED);

    private final WorkerConfig config;
    private final Ledger ledger;
    private final Migration forward;
    private final Choice choice;

    /**
     * What is asked for.
     *
     * @param name of the return, or null for the forward migration's with -return behind it
     * @param wave only devices of this wave, or null
     * @param listed only these devices, or null
     */
    public record Choice(String name, Integer wave, ListedDevices listed) {
        /** The return's name. */
        public String nameOf(Migration forward) {
            return name == null ? forward.name() + "-return" : name;
        }
    }

    /** A return that is ready to be deployed. */
    public record Prepared(MigrationPipeline pipeline, Migration back) {}

    /**
     * A return.
     *
     * @param config of the forward migration
     * @param ledger under the return's own policy
     */
    public Failback(WorkerConfig config, Ledger ledger, Migration forward, Choice choice) {
        this.config = config;
        this.ledger = ledger;
        this.forward = forward;
        this.choice = choice;
    }

    /** Throws {@link RefusedException} when these devices cannot be brought back now. */
    public static void check(Migration forward, Choice choice, List<Wave> waves) {
        if (forward.returns() != null) {
            throw new RefusedException("Migration '" + forward.name()
                    + "' is a return itself. To move its devices forward again, apply the forward definition under"
                    + " another name.");
        }
        if (choice.nameOf(forward).equals(forward.name())) {
            throw new RefusedException("'" + forward.name() + "' is the forward migration. Choose another name.");
        }
        if (!QUIET.contains(forward.state())) {
            throw new RefusedException("Migration '" + forward.name() + "' is " + forward.state()
                    + ". Let it finish, or pause or abort it; then its moved devices can return.");
        }
        Integer wave = choice.wave();
        if (wave != null && waves.stream().noneMatch(each -> each.number() == wave)) {
            throw new RefusedException("Migration '" + forward.name() + "' has no wave " + wave + "; it has: "
                    + waves.stream()
                            .map(each -> each.number() + " (" + each.name() + ")")
                            .collect(Collectors.joining(", "))
                    + ".");
        }
    }

    /** Checks source and target of the way back, then makes the return in the ledger, or takes it up again. */
    public Future<Prepared> prepare(Vertx vertx, AzureClients azure, String actor, MeterRegistry meters, Clock clock) {
        String own = choice.nameOf(forward);
        return ledger.migrations().find(own).compose(begun -> {
            Instant until = begun.map(Migration::createdAt).orElse(clock.instant());
            ReturnSelection selection =
                    new ReturnSelection(ledger.devices().reads(), forward.id(), until, choice.wave(), choice.listed());
            return MigrationPipeline.prepareReturn(vertx, config.returning(own), azure, selection, meters, clock)
                    .compose(pipeline -> create(own, begun, actor).map(back -> new Prepared(pipeline, back)));
        });
    }

    private Future<Migration> create(String own, Optional<Migration> begun, String actor) {
        WorkerConfig.Source left = config.migration().source();
        return ledger.migrations()
                .createOrGet(new MigrationStore.Definition(
                        own,
                        config.migration().target().name(),
                        ReturnSelection.description(forward.name(), choice.wave(), choice.listed()),
                        left instanceof HubDevices hub ? hub.provisioningService() : left.service(),
                        left instanceof ApplicationDevices ? TargetKind.APPLICATION : TargetKind.PROVISIONING_SERVICE,
                        config.migration().verification().name(),
                        config.returning(own).rollout().layout(),
                        MigrationState.SCHEDULED,
                        forward.id()))
                .compose(created -> begun.isPresent()
                        ? Future.succeededFuture(created)
                        : ledger.audit()
                                .append(new Act(actor, "failback", own, created.sourceGroup()))
                                .map(created));
    }
}
