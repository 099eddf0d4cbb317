package io.drover.worker.plan;

import io.drover.worker.azure.quota.AzureLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What an apply would do, without doing any of it; its devices are {@link PlannedDevices}.
 *
 * @param source what is moved from where
 * @param verdicts devices by verdict, those of excluded devices among them
 * @param waves devices by wave, in the order of the waves
 * @param enrollmentGroupsToCreate names at the target; others are already there
 * @param checks of the target, its room and the client's rights
 * @param binding the Azure limit that sets the pace
 * @param way how devices are told to move, for a person
 * @param warnings what to think about before an apply
 * @param startUp from the start of an apply to its first command, going by what the plan itself took
 * @param estimate from the first command to the last arrival
 */
public record Plan(
        String source,
        String target,
        String idScope,
        long devices,
        long movable,
        Map<String, Long> verdicts,
        List<WaveSize> waves,
        List<String> enrollmentGroupsToCreate,
        List<String> enrollmentGroupsPresent,
        List<String> hubs,
        List<PlanCheck> checks,
        AzureLimit binding,
        double devicesPerSecond,
        String way,
        List<String> warnings,
        Duration startUp,
        Estimate estimate) {
    /** How many devices a wave has. */
    public record WaveSize(String name, long devices) {}

    public Plan {
        verdicts = Map.copyOf(verdicts);
        waves = List.copyOf(waves);
        enrollmentGroupsToCreate = List.copyOf(enrollmentGroupsToCreate);
        enrollmentGroupsPresent = List.copyOf(enrollmentGroupsPresent);
        hubs = List.copyOf(hubs);
        checks = List.copyOf(checks);
        warnings = List.copyOf(warnings);
    }

    /** Checks with this outcome. */
    public List<PlanCheck> checks(PlanCheck.Outcome outcome) {
        return checks.stream().filter(check -> check.outcome() == outcome).toList();
    }

    /** The same with more checks, as of the client's rights. */
    public Plan alsoChecking(List<PlanCheck> more) {
        List<PlanCheck> all = new ArrayList<>(checks);
        all.addAll(more);
        return with(all, warnings);
    }

    /** The same with more to think about. */
    public Plan alsoWarning(List<String> more) {
        List<String> all = new ArrayList<>(warnings);
        all.addAll(more);
        return with(checks, all);
    }

    private Plan with(List<PlanCheck> otherChecks, List<String> otherWarnings) {
        return new Plan(
                source,
                target,
                idScope,
                devices,
                movable,
                verdicts,
                waves,
                enrollmentGroupsToCreate,
                enrollmentGroupsPresent,
                hubs,
                otherChecks,
                binding,
                devicesPerSecond,
                way,
                otherWarnings,
                startUp,
                estimate);
    }
}
