package io.drover.simulator.rehearsal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The worker's ledger held against the cloud's ground truth, device by device.
 *
 * @param devices number of devices in the truth
 * @param mismatches each device on which the two disagree, with the disagreement in words
 * @param commandedAfterArrival devices that were commanded once more after they had arrived
 * @param commandedWhileMoving devices that were commanded once more after they had said yes and before they arrived
 * @param twins what moved devices own at both ends, where the scenario gives them something
 */
record Reconciliation(
        int devices,
        List<Mismatch> mismatches,
        List<String> commandedAfterArrival,
        List<String> commandedWhileMoving,
        Optional<TwinComparison> twins) {

    /** One device on which ledger and truth disagree. */
    record Mismatch(String deviceId, String difference) {}

    static Reconciliation of(List<LedgerEntry> ledger, List<DeviceTruth> truth) {
        return of(ledger, truth, Set.of());
    }

    /** @param unlisted devices that no device group holds, so that a worker may not know them; they must not have moved then */
    static Reconciliation of(List<LedgerEntry> ledger, List<DeviceTruth> truth, Set<String> unlisted) {
        Map<String, LedgerEntry> entries = new HashMap<>();
        List<Mismatch> mismatches = new ArrayList<>();
        for (LedgerEntry entry : ledger) {
            if (entries.put(entry.deviceId(), entry) != null) {
                mismatches.add(new Mismatch(entry.deviceId(), "stands twice in the ledger"));
            }
        }
        List<String> commandedAgain = new ArrayList<>();
        List<String> commandedMoving = new ArrayList<>();
        for (DeviceTruth device : truth) {
            LedgerEntry entry = entries.remove(device.deviceId());
            boolean unknown = entry == null && !device.moved() && unlisted.contains(device.deviceId());
            (unknown ? Optional.<String>empty() : difference(entry, device))
                    .ifPresent(difference -> mismatches.add(new Mismatch(device.deviceId(), difference)));
            if (device.commandsAfterArrival() > 0) {
                commandedAgain.add(device.deviceId());
            }
            if (device.commandsWhileMoving() > 0) {
                commandedMoving.add(device.deviceId());
            }
        }
        entries.keySet().forEach(id -> mismatches.add(new Mismatch(id, "is in the ledger but was never created")));
        return new Reconciliation(
                truth.size(),
                List.copyOf(mismatches),
                List.copyOf(commandedAgain),
                List.copyOf(commandedMoving),
                Optional.empty());
    }

    /** The same with what the devices own. */
    Reconciliation with(Optional<TwinComparison> comparison) {
        return new Reconciliation(devices, mismatches, commandedAfterArrival, commandedWhileMoving, comparison);
    }

    /** The same with more devices on which something disagrees. */
    Reconciliation with(List<Mismatch> more) {
        List<Mismatch> all = new ArrayList<>(mismatches);
        all.addAll(more);
        return new Reconciliation(devices, List.copyOf(all), commandedAfterArrival, commandedWhileMoving, twins);
    }

    /** True when every device agrees, whatever it owns, and none was commanded again once it had moved or was moving. */
    boolean holds() {
        return mismatches.isEmpty() && commandedAfterArrival.isEmpty() && commandedWhileMoving.isEmpty();
    }

    private static Optional<String> difference(LedgerEntry entry, DeviceTruth device) {
        if (entry == null) {
            return Optional.of("is missing from the ledger");
        }
        if (!entry.isFinal()) {
            return Optional.of("was left in " + entry.state());
        }
        if (entry.isMigrated() && !device.moved()) {
            return Optional.of("ledger says MIGRATED, but no telemetry reached the target");
        }
        if (!entry.isMigrated() && device.moved()) {
            return Optional.of(
                    "ledger says " + entry.state() + " " + entry.reason() + ", but its telemetry reached the target at "
                            + device.provenAt().orElseThrow());
        }
        if (entry.isMigrated() && device.stillAtSource()) {
            return Optional.of("ledger says MIGRATED, but it is still connected at the source");
        }
        if (entry.isMigrated() && device.firstDelivered().isEmpty()) {
            return Optional.of("ledger says MIGRATED, but no command was ever delivered");
        }
        return Optional.empty();
    }
}
