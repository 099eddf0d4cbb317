package io.drover.simulator.cloud;

import io.drover.simulator.cloud.hub.Hub;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** How programs that were made for Azure find the emulated one: lines for the hosts file, and rules for a worker. */
final class HostNames {
    private HostNames() {}

    /** One line for each name of what is in the world now; names cannot be wildcards in that file. */
    static List<String> hostsLines(World world) {
        Names names = world.names();
        Set<String> hosts = new TreeSet<>(Set.of(names.login(), names.resourceManager(), names.globalProvisioning()));
        hosts.addAll(world.applications().keySet());
        hosts.addAll(world.provisioningByHost().keySet());
        for (Hub hub : world.hubs().values()) {
            hosts.add(hub.hostName());
            hosts.add(names.serviceBus(names.eventHubNamespace(hub.name())));
        }
        return hosts.stream().map(host -> CloudOptions.HOST + " " + host).toList();
    }

    /** The part of a worker's configuration that leads it here. */
    static List<String> connectTo(Names names, CloudPorts ports) {
        return List.of(
                "network:",
                "  trustedCa: " + ports.caCertificate(),
                "  connectTo:",
                "    - { host: \"*.servicebus." + names.suffix() + "\", address: " + CloudOptions.HOST + ", port: "
                        + ports.amqp() + " }",
                "    - { host: \"*." + names.suffix() + "\", address: " + CloudOptions.HOST + ", port: " + ports.https()
                        + " }");
    }
}
