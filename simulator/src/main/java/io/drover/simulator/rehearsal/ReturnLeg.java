package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.drover.simulator.rehearsal.Reconciliation.Mismatch;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The way back of a rehearsal: the return's ledger held against what really happened, device by device.
 *
 * @param states devices by final state in the return's ledger
 * @param took from the worker's start to its end
 * @param mismatches each device on which ledger and truth disagree, in words
 * @param twins what the source had of each device before it left held against what it has of it now
 */
record ReturnLeg(Map<String, Long> states, Duration took, List<Mismatch> mismatches, Optional<TwinComparison> twins) {

    /** Where one device is after the way back, as the emulated cloud saw it. */
    record Whereabouts(boolean atSource, Instant lastAtSource, boolean atTarget, Instant left, List<Instant> commands) {
        /** {@code source} and {@code target} are its lines of the two sites' ground truth. */
        static Whereabouts of(JsonNode source, JsonNode target) {
            List<Instant> commands = new ArrayList<>();
            target.path("commands").forEach(command -> commands.add(instant(command, "requestedAt")));
            return new Whereabouts(
                    source.path("source").path("connected").asBoolean(),
                    instant(source.path("source"), "lastTelemetryAt"),
                    target.path("source").path("connected").asBoolean(),
                    instant(target.path("source"), "lastDisconnectedAt"),
                    List.copyOf(commands));
        }

        private static Instant instant(JsonNode node, String field) {
            return node.hasNonNull(field) ? Instant.parse(node.path(field).asText()) : Instant.EPOCH;
        }

        boolean sentSince(Instant start) {
            return lastAtSource.isAfter(start);
        }
    }

    /** Reads where every device of the source is. */
    static Map<String, Whereabouts> whereabouts(ControlClient cloud, Direction direction) {
        Map<String, JsonNode> target = lines(cloud, direction.target());
        Map<String, Whereabouts> all = new HashMap<>();
        lines(cloud, direction.source())
                .forEach((id, line) -> all.put(
                        id, Whereabouts.of(line, target.getOrDefault(id, JsonNodeFactory.instance.objectNode()))));
        return all;
    }

    private static Map<String, JsonNode> lines(ControlClient cloud, Site site) {
        Map<String, JsonNode> lines = new HashMap<>();
        cloud.lines(
                "/control/truth?" + site.query(),
                line -> lines.put(line.path("deviceId").asText(), line));
        return lines;
    }

    /**
     * Holds them against each other.
     *
     * @param forward the ledger of the way there
     * @param back the ledger of the way back
     * @param start when the way back began
     */
    static List<Mismatch> compare(
            List<LedgerEntry> forward, List<LedgerEntry> back, Map<String, Whereabouts> truth, Instant start) {
        List<Mismatch> mismatches = new ArrayList<>();
        Set<String> returning = new HashSet<>();
        for (LedgerEntry entry : back) {
            returning.add(entry.deviceId());
            Whereabouts device = truth.get(entry.deviceId());
            difference(entry, device, start)
                    .ifPresent(difference -> mismatches.add(new Mismatch(entry.deviceId(), difference)));
        }
        forward.stream()
                .filter(entry -> entry.isMigrated() != returning.contains(entry.deviceId()))
                .forEach(entry -> mismatches.add(new Mismatch(
                        entry.deviceId(),
                        entry.isMigrated()
                                ? "moved, but is missing from the return"
                                : "is returned and had not moved")));
        return List.copyOf(mismatches);
    }

    private static Optional<String> difference(LedgerEntry entry, Whereabouts device, Instant start) {
        if (device == null) {
            return Optional.of("is not at the source any more");
        }
        if (!entry.isFinal()) {
            return Optional.of("was left in " + entry.state());
        }
        if (entry.isMigrated() != device.sentSince(start)) {
            return Optional.of("ledger says " + entry.state() + " " + entry.reason()
                    + ", but its last telemetry at the source was at " + device.lastAtSource());
        }
        if (entry.isMigrated() && (!device.atSource() || device.atTarget())) {
            return Optional.of("ledger says MIGRATED, but it is " + (device.atSource() ? "" : "not ")
                    + "connected at the source and " + (device.atTarget() ? "" : "not ") + "at the target");
        }
        if (entry.isMigrated() && device.commands().isEmpty()) {
            return Optional.of("ledger says MIGRATED, but no command reached the cloud");
        }
        return entry.isMigrated() && device.commands().stream().anyMatch(device.left()::isBefore)
                ? Optional.of("was commanded again after it had left the target")
                : Optional.empty();
    }

    boolean holds() {
        return mismatches.isEmpty();
    }
}
