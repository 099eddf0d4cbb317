package io.drover.worker.plan;

import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.device.FailureReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What an apply would do, without doing any of it.
 *
 * @param source what is moved from where
 * @param verdicts excluded devices by reason
 * @param enrollmentGroupsToCreate names at the target; others are already there
 * @param binding the Azure limit that sets the pace
 * @param way how devices are told to move, for a person
 * @param warnings what to think about before an apply
 * @param shortest time at full pace; {@code longest} when a third of the devices need a second attempt
 */
public record Plan(
        String source,
        int devices,
        int movable,
        Map<FailureReason, Integer> verdicts,
        List<String> enrollmentGroupsToCreate,
        List<String> enrollmentGroupsPresent,
        List<String> hubs,
        AzureLimit binding,
        double devicesPerSecond,
        String way,
        List<String> warnings,
        Duration shortest,
        Duration longest) {
    public Plan {
        verdicts = Map.copyOf(verdicts);
        enrollmentGroupsToCreate = List.copyOf(enrollmentGroupsToCreate);
        enrollmentGroupsPresent = List.copyOf(enrollmentGroupsPresent);
        hubs = List.copyOf(hubs);
        warnings = List.copyOf(warnings);
    }

    /** The same with more to think about. */
    public Plan alsoWarning(List<String> more) {
        List<String> all = new ArrayList<>(warnings);
        all.addAll(more);
        return new Plan(
                source,
                devices,
                movable,
                verdicts,
                enrollmentGroupsToCreate,
                enrollmentGroupsPresent,
                hubs,
                binding,
                devicesPerSecond,
                way,
                all,
                shortest,
                longest);
    }
}
