package io.drover.worker.dispatch;

import io.drover.worker.azure.central.JobDefinition;
import io.drover.worker.azure.central.JobLimits;
import io.drover.worker.azure.central.MoveCommand;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.migration.AuditStore.Act;
import io.drover.worker.migration.Job;
import io.drover.worker.migration.JobStore;
import io.drover.worker.migration.Migration;
import io.drover.worker.migration.MigrationControl;
import io.drover.worker.migration.MigrationControl.By;
import io.drover.worker.migration.MigrationControl.Outcome;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.RolloutPolicy;
import io.drover.worker.migration.Supervisor;
import io.drover.worker.source.CentralSource;
import io.drover.worker.target.MigrationTarget;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;

/**
 * What IoT Central jobs are run with.
 *
 * @param byJob whether waves get jobs; else only those that there are already are brought to their end
 * @param compression divides the times between looks; 1 except against a simulator
 * @param restPerSecond calls that the application takes
 */
public record JobWork(
        CentralSource source,
        MigrationTarget target,
        JobStore jobs,
        MigrationStore migrations,
        DeviceStore devices,
        MigrationControl control,
        RolloutPolicy policy,
        boolean byJob,
        JobLimits limits,
        int compression,
        double restPerSecond,
        Clock clock) {

    MoveCommand command(Job job) {
        return source.command(job.template());
    }

    Future<Object> payload(Job job) {
        return target.moveTarget().map(known -> command(job).payload(known.fields(job.template())));
    }

    Future<JobDefinition> definition(Job job) {
        return payload(job)
                .map(payload ->
                        new JobDefinition(job.id(), job.group(), job.template(), command(job), payload, limits));
    }

    Duration compressed(Duration documented) {
        return documented.dividedBy(compression);
    }

    Future<Outcome> pause(Migration migration, String reason) {
        return control.pause(migration, new By(Supervisor.ACTOR, reason));
    }

    static Act act(Migration migration, String verb, String detail) {
        return new Act(Supervisor.ACTOR, verb, migration.name(), detail);
    }
}
