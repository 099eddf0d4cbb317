package io.drover.simulator.cloud.control;

import io.drover.simulator.cloud.World;
import io.drover.simulator.cloud.central.CentralApp;
import io.drover.simulator.cloud.central.CommandRecord;
import io.drover.simulator.cloud.dps.ProvisioningService;
import io.drover.simulator.cloud.dps.Registration;
import io.drover.simulator.cloud.hub.ConnectionState;
import io.drover.simulator.cloud.hub.DeviceJournal;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubDevice;
import io.drover.simulator.cloud.hub.MethodCall;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Optional;

/** What really happened to a device, gathered from the journals of all services; nothing a migration worker could read. */
final class GroundTruth {
    private final World world;

    GroundTruth(World world) {
        this.world = world;
    }

    /** A device of an IoT Central application. */
    JsonObject of(CentralApp application, String deviceId) {
        JsonArray commands = new JsonArray();
        application.commands().of(deviceId).forEach(command -> commands.add(command(command)));
        return truth(deviceId, commands, application.hub());
    }

    /** A device that came to a hub: the commands are the direct methods that its service API was asked for. */
    JsonObject of(Hub hub, String deviceId) {
        JsonArray commands = new JsonArray();
        hub.methods().of(deviceId).forEach(call -> commands.add(call(call)));
        return truth(deviceId, commands, hub);
    }

    private JsonObject truth(String deviceId, JsonArray commands, Hub source) {
        JsonArray targets = new JsonArray();
        for (ProvisioningService service : world.provisioningByHost().values()) {
            service.registration(deviceId)
                    .filter(registration -> registration.assignedHub() != null)
                    .ifPresent(registration ->
                            targets.add(target(registration).put("provisioningService", service.name())));
        }
        for (CentralApp application : world.applications().values()) {
            if (application.hub() != source) {
                application
                        .provisioning()
                        .registration(deviceId)
                        .filter(registration -> registration.assignedHub() != null)
                        .ifPresent(registration ->
                                targets.add(target(registration).put("application", application.subdomain())));
            }
        }
        return new JsonObject()
                .put("deviceId", deviceId)
                .put("commands", commands)
                .put("source", source(source.device(deviceId)))
                .put("targets", targets);
    }

    private static JsonObject command(CommandRecord command) {
        return new JsonObject()
                .put("requestedAt", text(command.requestedAt()))
                .put("deliveredAt", text(command.deliveredAt()))
                .put("status", command.status())
                .put("outcome", command.outcome().name());
    }

    private static JsonObject call(MethodCall call) {
        return new JsonObject()
                .put("requestedAt", text(call.requestedAt()))
                .put("deliveredAt", text(call.deliveredAt()))
                .put("status", call.status())
                .put("method", call.method());
    }

    private static JsonObject source(Optional<HubDevice> device) {
        Optional<DeviceJournal> journal = device.map(HubDevice::journal);
        return new JsonObject()
                .put("connected", connected(device))
                .put(
                        "firstConnectedAt",
                        journal.map(j -> text(j.firstConnected())).orElse(null))
                .put(
                        "lastTelemetryAt",
                        journal.map(j -> text(j.lastTelemetry())).orElse(null))
                .put(
                        "lastDisconnectedAt",
                        journal.map(j -> text(j.lastDisconnected())).orElse(null))
                .put(
                        "telemetryCount",
                        journal.map(DeviceJournal::telemetryCount).orElse(0L));
    }

    private JsonObject target(Registration registration) {
        Optional<HubDevice> device =
                world.hub(registration.assignedHub()).flatMap(hub -> hub.device(registration.deviceId()));
        Optional<DeviceJournal> journal = device.map(HubDevice::journal);
        return new JsonObject()
                .put("hub", registration.assignedHub())
                .put("assignedAt", text(registration.assignedAt()))
                .put(
                        "firstConnectedAt",
                        journal.map(j -> text(j.firstConnected())).orElse(null))
                .put(
                        "firstTelemetryAt",
                        journal.map(j -> text(j.firstTelemetry())).orElse(null))
                .put(
                        "telemetryCount",
                        journal.map(DeviceJournal::telemetryCount).orElse(0L))
                .put("connected", connected(device));
    }

    private static boolean connected(Optional<HubDevice> device) {
        return device.filter(d -> d.connectionState() == ConnectionState.CONNECTED)
                .isPresent();
    }

    private static String text(Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
