package io.drover.worker.source;

import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.azure.central.MoveCommand;
import io.drover.worker.device.DeviceRow;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** How devices of an application are told to move: by the command of their template. */
final class CentralMove {
    private final CentralClient central;
    private final Map<String, DeviceTemplate> templates;

    /** {@code templates} by id. */
    CentralMove(CentralClient central, Map<String, DeviceTemplate> templates) {
        this.central = central;
        this.templates = templates;
    }

    /** A template's command; the documented one when the template is null, gone or without any. */
    MoveCommand command(String template) {
        return Optional.ofNullable(template)
                .map(templates::get)
                .flatMap(DeviceTemplate::move)
                .orElse(MoveCommand.DOCUMENTED);
    }

    /** Tells a device that has this template there. Fails as {@link CentralClient#deviceMove}. */
    Future<MoveReply> tell(DeviceRow device, String template, MoveTarget target, Duration answer) {
        MoveCommand command = command(template);
        return central.deviceMove(
                        device.deviceId(),
                        command.component(),
                        command.payload(target.fields(device.template())),
                        answer)
                .map(reply -> new MoveReply(reply.status()));
    }
}
