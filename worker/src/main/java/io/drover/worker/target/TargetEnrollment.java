package io.drover.worker.target;

import io.drover.worker.azure.GroupKeys;

/**
 * An enrollment group that the target needs so that a group of the source's devices is accepted there.
 *
 * @param present whether it is already there with equal keys
 */
public record TargetEnrollment(String sourceGroup, String targetGroup, GroupKeys keys, boolean present) {}
