package io.drover.worker.target;

import io.drover.worker.azure.arm.HubResource;
import io.drover.worker.azure.quota.Quotas;
import io.drover.worker.source.MoveTarget;
import io.vertx.core.Future;
import java.util.List;

/** Where devices are moved to: what must be there to accept them, and what is seen of them there. Thread-safe. */
public interface MigrationTarget {
    /** Name of the resource. */
    String name();

    /** What a device is told. */
    MoveTarget moveTarget();

    /** The limits that an arrival consumes; the smallest may bind the pace. */
    List<ArrivalLimit> arrivalLimits(Quotas quotas);

    /** The enrollment groups that accept the devices, there already or still to be made. */
    List<TargetEnrollment> enrollments();

    /**
     * Makes the enrollment groups that are missing; repeating it changes nothing. Fails with
     * {@link io.drover.worker.azure.AzureException} when one is there that would refuse the devices.
     */
    Future<Void> ensureEnrollments();

    /** The hubs whose telemetry proves arrivals; empty where the target shows telemetry in {@link #look} only. */
    List<HubResource> hubs();

    /** One complete look; completes when all was read and recorded, fails when any page is missing. */
    Future<Void> look(TargetView view);
}
