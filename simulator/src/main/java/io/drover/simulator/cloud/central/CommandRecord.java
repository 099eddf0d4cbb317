package io.drover.simulator.cloud.central;

import java.time.Instant;

/**
 * One command to one device.
 *
 * @param component null for a command of the template itself
 * @param request JSON text as sent, null when the command carried none
 * @param deliveredAt when the device had received it at the latest; null when it was not delivered
 * @param status the device's own status; null without an answer
 * @param response JSON text as answered, null without an answer
 */
public record CommandRecord(
        String id,
        String deviceId,
        String component,
        String command,
        String request,
        Instant requestedAt,
        Instant deliveredAt,
        Integer status,
        String response,
        CommandOutcome outcome) {

    static CommandRecord requested(
            String id, String deviceId, String component, String command, String request, Instant at) {
        return new CommandRecord(
                id, deviceId, component, command, request, at, null, null, null, CommandOutcome.PENDING);
    }

    CommandRecord answered(Instant delivered, int deviceStatus, String answer) {
        return new CommandRecord(
                id,
                deviceId,
                component,
                command,
                request,
                requestedAt,
                delivered,
                deviceStatus,
                answer,
                CommandOutcome.ANSWERED);
    }

    CommandRecord ended(CommandOutcome how, Instant delivered) {
        return new CommandRecord(id, deviceId, component, command, request, requestedAt, delivered, null, null, how);
    }
}
