package io.drover.worker.operation;

import io.drover.worker.WorkerConfig;
import io.drover.worker.db.Ledger;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.vertx.core.Future;

/** How a migration that is configured comes into the ledger. */
public final class MigrationStart {
    private MigrationStart() {}

    /** The migration as the ledger has it, made when new; fails as {@link MigrationStore#createOrGet} does. */
    public static Future<Migration> create(WorkerConfig config, Ledger ledger) {
        WorkerConfig.Migration migration = config.migration();
        return ledger.migrations()
                .createOrGet(new MigrationStore.Definition(
                        migration.name(),
                        migration.source().service(),
                        migration.source().selection(),
                        migration.target().name(),
                        migration.target().kind(),
                        migration.verification().name(),
                        migration.rollout().layout(),
                        migration.rollout().approval() ? MigrationState.AWAITING_APPROVAL : MigrationState.SCHEDULED));
    }
}
