package io.drover.simulator.cloud;

import io.drover.simulator.cloud.arm.Resource;
import io.drover.simulator.cloud.central.CentralApp;
import io.drover.simulator.cloud.central.DeviceFilter;
import io.drover.simulator.cloud.central.DeviceGroup;
import io.drover.simulator.cloud.central.DeviceTemplate;
import io.drover.simulator.cloud.central.FilterSyntaxException;
import io.drover.simulator.cloud.central.MoveCommand;
import io.drover.simulator.cloud.dps.ProvisioningService;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubSku;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Makes IoT Central applications, each with the hub and the provisioning service it hides. */
final class ApplicationBuilder {
    private static final String LOCATION = "westeurope";

    private final World world;
    private final Clock clock;
    private final Duration assignmentTime;
    private final RandomGenerator random;

    ApplicationBuilder(World world, Clock clock, Duration assignmentTime, RandomGenerator random) {
        this.world = world;
        this.clock = clock;
        this.assignmentTime = assignmentTime;
        this.random = random;
    }

    List<String> mistakesIn(List<Estate.ApplicationSpec> applications) {
        List<String> mistakes = new ArrayList<>();
        for (int i = 0; i < applications.size(); i++) {
            mistakes.addAll(unknownTemplates(applications.get(i), "applications[" + i + "]"));
            List<Estate.GroupSpec> groups = applications.get(i).deviceGroups();
            for (int j = 0; j < groups.size(); j++) {
                try {
                    DeviceFilter.parse(groups.get(j).filter());
                } catch (FilterSyntaxException malformed) {
                    mistakes.add("applications[" + i + "].deviceGroups[" + j + "].filter: " + malformed.getMessage());
                }
            }
        }
        return mistakes;
    }

    private List<String> unknownTemplates(Estate.ApplicationSpec spec, String place) {
        Set<String> known =
                spec.deviceTemplates().stream().map(Estate.TemplateSpec::id).collect(Collectors.toSet());
        Optional<CentralApp> application = world.application(world.names().central(spec.subdomain()));
        return spec.devices().stream()
                .map(Estate.DevicesSpec::template)
                .filter(template -> !known.contains(template)
                        && application.flatMap(app -> app.template(template)).isEmpty())
                .map(template -> place + ".devices: there is no device template '" + template + "'")
                .toList();
    }

    private static List<String> ids(Estate.DevicesSpec devices) {
        return IntStream.range(0, devices.count())
                .mapToObj(index -> devices.prefix() + String.format(Locale.ROOT, "%06d", index))
                .toList();
    }

    void build(Estate.ApplicationSpec spec, String subscriptionId) {
        CentralApp application =
                world.applications().computeIfAbsent(world.names().central(spec.subdomain()), host -> create(spec));
        for (Estate.TemplateSpec template : spec.deviceTemplates()) {
            application.addTemplate(
                    template.document() == null
                            ? DeviceTemplate.of(template.id(), template.displayName(), MoveCommand.of(template.move()))
                            : DeviceTemplate.of(template.id(), template.document()));
        }
        spec.roles().forEach(application::addRole);
        for (Estate.GroupSpec group : spec.deviceGroups()) {
            application.addGroup(
                    new DeviceGroup(group.id(), group.displayName(), DeviceFilter.parse(group.filter()), null));
        }
        for (Estate.DevicesSpec devices : spec.devices()) {
            application.addDevices(devices.template(), false, ids(devices));
        }
        world.resources()
                .put(new Resource(
                        Resource.Type.IOT_CENTRAL,
                        subscriptionId,
                        spec.resourceGroup(),
                        spec.subdomain(),
                        () -> body(application),
                        List::of));
    }

    private CentralApp create(Estate.ApplicationSpec spec) {
        String applicationId = new UUID(random.nextLong(), random.nextLong()).toString();
        Hub hub = new Hub(world.names().hub("iotc-" + applicationId), HubSku.S1, 1, clock, random);
        ProvisioningService provisioning =
                new ProvisioningService(null, IdScopes.next(random), List.of(hub), clock, assignmentTime, random);
        CentralApp application =
                new CentralApp(spec.subdomain(), spec.displayName(), applicationId, hub, provisioning, clock, random);
        world.made(hub);
        // Reachable only once complete, as devices may ask at any time.
        world.hubs().put(hub.hostName(), hub);
        world.provisioningByIdScope().put(provisioning.idScope(), provisioning);
        return application;
    }

    private static JsonObject body(CentralApp application) {
        return new JsonObject()
                .put("location", LOCATION)
                .put("sku", new JsonObject().put("name", "ST2"))
                .put(
                        "properties",
                        new JsonObject()
                                .put("applicationId", application.applicationId())
                                .put("displayName", application.displayName())
                                .put("subdomain", application.subdomain())
                                .put("template", "iotc-pnp-preview@1.0.0")
                                .put("state", "created"));
    }
}
