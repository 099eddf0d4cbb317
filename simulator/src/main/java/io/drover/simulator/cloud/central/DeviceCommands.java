package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubException;
import io.drover.simulator.cloud.hub.MethodResult;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;

/** Carries commands to devices as direct methods of the application's own hub and writes down what became of them. */
final class DeviceCommands {
    private static final String NO_PAYLOAD = "null";

    private final Hub hub;
    private final CommandLog log;
    private final Clock clock;

    DeviceCommands(Hub hub, CommandLog log, Clock clock) {
        this.hub = hub;
        this.log = log;
        this.clock = clock;
    }

    /**
     * Sends a command and waits for the device's answer.
     *
     * @param component null for a command of the template itself
     * @param request JSON text, or null
     * @return the ended record; the future never fails, the record's outcome says how it went
     */
    Future<CommandRecord> send(
            String deviceId,
            String component,
            String command,
            String request,
            Duration connectionTimeout,
            Duration responseTimeout) {
        CommandRecord opened = CommandRecord.requested(
                UUID.randomUUID().toString(), deviceId, component, command, request, clock.instant());
        log.opened(opened);
        Buffer payload = Buffer.buffer(request == null ? NO_PAYLOAD : request);
        return hub.invoke(
                        deviceId,
                        DeviceTemplate.method(component, command),
                        payload,
                        responseTimeout,
                        connectionTimeout)
                .map(result -> answered(opened, result))
                .otherwise(failure -> failed(opened, failure))
                .onSuccess(log::closed);
    }

    private static CommandRecord answered(CommandRecord opened, MethodResult result) {
        return opened.answered(
                result.deliveredAt(),
                result.status(),
                result.payload() == null || result.payload().length() == 0
                        ? null
                        : result.payload().toString());
    }

    private static CommandRecord failed(CommandRecord opened, Throwable failure) {
        if (!(failure instanceof HubException refused)) {
            return opened.ended(CommandOutcome.FAILED, null);
        }
        CommandOutcome outcome = switch (refused.error()) {
            case DEVICE_NOT_FOUND -> CommandOutcome.UNKNOWN_DEVICE;
            case DEVICE_NOT_ONLINE -> CommandOutcome.NOT_CONNECTED;
            case TIMEOUT -> CommandOutcome.TIMED_OUT;
            default -> CommandOutcome.FAILED;
        };
        return opened.ended(outcome, refused.deliveredAt().orElse(null));
    }
}
