package io.drover.simulator.cloud;

import io.drover.simulator.cloud.dps.RegistrationStatus;
import io.drover.simulator.cloud.hub.ConnectionState;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** What {@code GET /control/state} tells: where the cloud listens, how it is reached, and what is in it. */
final class CloudState {
    private final World world;
    private final Quotas quotas;

    CloudState(World world, Quotas quotas) {
        this.world = world;
        this.quotas = quotas;
    }

    /** Looks at every device; not for many calls a second. */
    JsonObject toJson(CloudPorts ports) {
        JsonObject hubs = new JsonObject();
        world.hubs().forEach((host, hub) -> hubs.put(host, new JsonObject().put("devices", hub.deviceCount())));
        return new JsonObject()
                .put("quotasEnforced", quotas.enforced())
                .put("timeCompression", quotas.timeCompression())
                .put("hubs", hubs)
                .put("suffix", world.names().suffix())
                .put(
                        "listeners",
                        new JsonObject()
                                .put("HTTPS, MQTT and AMQP over WebSocket", CloudOptions.HOST + ":" + ports.https())
                                .put("MQTT over TLS", CloudOptions.HOST + ":" + ports.mqtt())
                                .put("AMQP over TLS", CloudOptions.HOST + ":" + ports.amqp())
                                .put("Control", "http://" + CloudOptions.HOST + ":" + ports.control()))
                .put("caCertificate", ports.caCertificate().toString())
                .put("hosts", new JsonArray(HostNames.hostsLines(world)))
                .put("connectTo", new JsonArray(HostNames.connectTo(world.names(), ports)))
                .put("services", services())
                .put("homes", homes());
    }

    private JsonArray services() {
        JsonArray services = new JsonArray();
        services.add(service(
                "Entra",
                world.names().login(),
                counted(world.directory().tenantIds().size(), "tenant")));
        services.add(service("Resource Manager", world.names().resourceManager(), ""));
        sorted(world.applications())
                .forEach(entry -> services.add(service(
                        "IoT Central", entry.getKey(), counted(entry.getValue().deviceCount(), "device"))));
        sorted(world.provisioningByHost())
                .forEach(entry -> services.add(service(
                        "DPS",
                        entry.getKey(),
                        entry.getValue().idScope() + ", "
                                + counted(entry.getValue().decided(RegistrationStatus.ASSIGNED), "assignment"))));
        sorted(world.hubs()).forEach(entry -> {
            long connected = entry.getValue()
                    .devices()
                    .filter(device -> device.connectionState() == ConnectionState.CONNECTED)
                    .count();
            services.add(service(
                    "IoT Hub",
                    entry.getKey(),
                    entry.getValue().sku() + ", " + counted(entry.getValue().deviceCount(), "device") + ", " + connected
                            + " connected, "
                            + counted(entry.getValue().telemetry().appended(), "message")));
        });
        return services;
    }

    /** Where the truth about devices can be looked up. */
    private JsonArray homes() {
        JsonArray homes = new JsonArray();
        world.applications().values().stream()
                .map(application -> application.subdomain())
                .sorted()
                .forEach(name ->
                        homes.add(new JsonObject().put("kind", "application").put("name", name)));
        world.hubs().values().stream()
                .map(hub -> hub.name())
                .filter(name -> !name.startsWith("iotc-"))
                .sorted()
                .forEach(name -> homes.add(new JsonObject().put("kind", "hub").put("name", name)));
        return homes;
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private static JsonObject service(String service, String name, String contents) {
        return new JsonObject().put("service", service).put("name", name).put("contents", contents);
    }

    private static <T> List<Map.Entry<String, T>> sorted(Map<String, T> all) {
        return all.entrySet().stream()
                .sorted(Comparator.comparing(Map.Entry::getKey))
                .toList();
    }
}
