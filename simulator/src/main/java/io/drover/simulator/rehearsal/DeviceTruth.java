package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * What really happened to one device, as the emulated cloud saw it.
 *
 * @param commandsRequested when each move command reached the cloud
 * @param firstDelivered when a move command was first handed to the device
 * @param acceptedAt when the device first answered a move command with success
 * @param assignedAt when the target's provisioning service assigned it a hub
 * @param arrivedAt first connection at the target hub
 * @param provenAt first telemetry at the target hub
 * @param atSource first connection at the source
 * @param stillAtSource whether it is connected there now
 */
record DeviceTruth(
        String deviceId,
        List<Instant> commandsRequested,
        Optional<Instant> firstDelivered,
        Optional<Instant> acceptedAt,
        Optional<Instant> assignedAt,
        Optional<Instant> arrivedAt,
        Optional<Instant> provenAt,
        Optional<Instant> atSource,
        boolean stillAtSource) {

    /** Reads one line of {@code /control/truth}, keeping what concerns the target, a provisioning service or an application. */
    static DeviceTruth parse(JsonNode line, String targetName) {
        List<Instant> requested = new ArrayList<>();
        Optional<Instant> delivered = Optional.empty();
        Optional<Instant> accepted = Optional.empty();
        for (JsonNode command : line.path("commands")) {
            instant(command, "requestedAt").ifPresent(requested::add);
            delivered = earliest(delivered, instant(command, "deliveredAt"));
            int status = command.path("status").asInt();
            if (status >= 200 && status < 300) {
                accepted = earliest(accepted, instant(command, "deliveredAt"));
            }
        }
        Optional<JsonNode> target = StreamSupport.stream(line.path("targets").spliterator(), false)
                .filter(node ->
                        targetName.equals(node.path("provisioningService").asText())
                                || targetName.equals(node.path("application").asText()))
                .findFirst();
        return new DeviceTruth(
                line.path("deviceId").asText(),
                List.copyOf(requested),
                delivered,
                accepted,
                target.flatMap(node -> instant(node, "assignedAt")),
                target.flatMap(node -> instant(node, "firstConnectedAt")),
                target.flatMap(node -> instant(node, "firstTelemetryAt")),
                instant(line.path("source"), "firstConnectedAt"),
                line.path("source").path("connected").asBoolean());
    }

    /** How long a device that was offline at its first command was online before a command reached it. */
    Optional<Duration> connectToCommand() {
        boolean late = atSource.isPresent()
                && firstDelivered.isPresent()
                && commandsRequested.stream().anyMatch(at -> at.isBefore(atSource.get()));
        return late ? Optional.of(Duration.between(atSource.get(), firstDelivered.get())) : Optional.empty();
    }

    /** True when telemetry reached the target. */
    boolean moved() {
        return provenAt.isPresent();
    }

    /** Commands that reached the cloud when the device had said yes and was on its way to where it then arrived. */
    long commandsWhileMoving() {
        return acceptedAt.isEmpty() || arrivedAt.isEmpty()
                ? 0
                : commandsRequested.stream()
                        .filter(at -> at.isAfter(acceptedAt.get()) && !at.isAfter(arrivedAt.get()))
                        .count();
    }

    /** Commands that reached the cloud when the device had already arrived at the target. */
    long commandsAfterArrival() {
        return arrivedAt
                .map(arrived -> commandsRequested.stream()
                        .filter(at -> at.isAfter(arrived))
                        .count())
                .orElse(0L);
    }

    private static Optional<Instant> instant(JsonNode node, String field) {
        return node.hasNonNull(field)
                ? Optional.of(Instant.parse(node.get(field).asText()))
                : Optional.empty();
    }

    private static Optional<Instant> earliest(Optional<Instant> one, Optional<Instant> other) {
        return one.isEmpty() || (other.isPresent() && other.get().isBefore(one.get())) ? other : one;
    }
}
