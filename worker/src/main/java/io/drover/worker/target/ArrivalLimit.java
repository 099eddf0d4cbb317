package io.drover.worker.target;

import io.drover.worker.azure.quota.AzureLimit;

/**
 * A limit that each arrival at the target consumes.
 *
 * @param owner host of the service that has the limit
 * @param perSecond arrivals that it allows
 */
public record ArrivalLimit(AzureLimit limit, String owner, double perSecond) {}
