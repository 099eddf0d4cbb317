package io.drover.worker.api;

import io.drover.worker.azure.AzureClients;
import io.drover.worker.db.Ledger;
import io.drover.worker.operation.KeptDefinitions;
import io.drover.worker.operation.MigrationRunner;
import io.drover.worker.operation.PlanMaker;
import io.vertx.core.Vertx;
import java.time.Clock;

/**
 * What the operations work with.
 *
 * @param management URL of metrics and health, or null
 */
public record Serving(
        Vertx vertx,
        KeptDefinitions definitions,
        Ledger ledger,
        AzureClients azure,
        MigrationRunner runner,
        PlanMaker plans,
        String management,
        Clock clock) {}
