package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.simulator.fleet.Defect;
import io.drover.simulator.fleet.Scenario;
import io.drover.simulator.fleet.TemplateKind;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The emulated Azure estate of a rehearsal: one IoT Central application, or hub with its DPS, to leave, and one DPS with its hub, or
 * application, to reach.
 */
final class RehearsalEstate {
    static final String TENANT = "6f1f2d0e-7a3c-4b8e-9d55-0a1b2c3d4e5f";
    static final String CLIENT_ID = "0c9a7f52-1f5e-4d2b-8a61-7e3b9c5d1f20";
    static final String SUBSCRIPTION = "b2f4c6d8-0e1a-4c3b-9f57-8d6e4c2a0b19";
    static final String APPLICATION = "source-app";
    static final String TARGET_APPLICATION = "target-app";
    static final String DEVICE_GROUP = "all-devices";
    static final String DEVICE_TEMPLATE = "dtmi:drover:rehearsal:device;1";
    static final String TARGET_TEMPLATE = "dtmi:drover:rehearsal:arrived;1";
    static final String PROVISIONING_SERVICE = "target-dps";
    static final String HUB = "target-hub";
    static final String SOURCE_PROVISIONING_SERVICE = "source-dps";
    static final String SOURCE_GROUP = "trucks";
    static final String SOURCE_HUB = "source-hub";
    private static final String RESOURCE_GROUP = "rehearsal";
    private static final int CHUNK = 10_000;
    private static final double SPARE = 1.5;
    private static final int MESSAGES_OF_FIRST_UNITS = 100;
    private static final int MESSAGES_OF_UNIT = 12;
    private static final int MOST_UNITS = 200;

    private final ObjectMapper json = new ObjectMapper();
    private final Direction direction;

    RehearsalEstate(Direction direction) {
        this.direction = direction;
    }

    /** Creates the estate in the cloud behind the control API, and an application's devices; a hub's come by registering. */
    void create(ControlClient cloud, String clientSecret, Scenario scenario) {
        cloud.put("/control/estate", describe(clientSecret, scenario));
        if (direction.fromCentral()) {
            createDevices(cloud, scenario);
        }
    }

    private void createDevices(ControlClient cloud, Scenario scenario) {
        Map<Listing, List<String>> listings = new HashMap<>();
        for (int index = 0; index < scenario.devices(); index++) {
            Scenario.Group group = scenario.groupOf(index);
            listings.computeIfAbsent(
                            new Listing(group.template(), group.defect() == Defect.SIMULATED),
                            listing -> new ArrayList<>())
                    .add(scenario.deviceId(index));
        }
        listings.forEach((listing, ids) -> {
            for (int from = 0; from < ids.size(); from += CHUNK) {
                ObjectNode request = json.createObjectNode().put("simulated", listing.simulated());
                if (listing.template() != TemplateKind.NONE) {
                    request.put("template", RehearsalTemplates.id(listing.template()));
                }
                request.set("ids", json.valueToTree(ids.subList(from, Math.min(ids.size(), from + CHUNK))));
                cloud.post("/control/applications/" + APPLICATION + "/devices", request);
            }
        });
    }

    /** What devices of an application that are created together have in common. */
    private record Listing(TemplateKind template, boolean simulated) {}

    private ObjectNode describe(String clientSecret, Scenario scenario) {
        ObjectNode estate = json.createObjectNode().put("tenantId", TENANT);
        estate.putArray("servicePrincipals")
                .addObject()
                .put("clientId", CLIENT_ID)
                .put("clientSecret", clientSecret);
        RehearsalPeople.addTo(estate, clientSecret);
        estate.putArray("subscriptions")
                .addObject()
                .put("subscriptionId", SUBSCRIPTION)
                .put("displayName", "Rehearsal");
        ArrayNode hubs = estate.putArray("hubs");
        ArrayNode services = estate.putArray("provisioningServices");
        int units = units(scenario);
        ArrayNode applications = estate.putArray("applications");
        if (direction.toCentral()) {
            ObjectNode target = application(applications, TARGET_APPLICATION, "Target application");
            target.putArray("deviceTemplates")
                    .add(RehearsalTemplates.template(
                            TARGET_TEMPLATE, "Arrived device", TemplateKind.COMPONENT, RehearsalTemplates.DEPOT));
            group(target.putArray("deviceGroups"), DEVICE_GROUP, "SELECT * FROM devices");
        } else {
            hub(hubs, HUB, units);
            provisioningService(services, PROVISIONING_SERVICE, HUB);
        }
        if (direction.fromCentral()) {
            source(applications, scenario);
        } else {
            hub(hubs, SOURCE_HUB, units);
            provisioningService(services, SOURCE_PROVISIONING_SERVICE, SOURCE_HUB)
                    .putArray("enrollmentGroups")
                    .add(SOURCE_GROUP);
        }
        return estate;
    }

    /** As many as the whole fleet's telemetry needs, with half as much to spare: one for up to 66 messages a second of Azure's time. */
    static int units(Scenario scenario) {
        double perSecond =
                scenario.devices() * 1_000.0 / scenario.telemetryInterval().toMillis();
        double needed = SPARE * perSecond / scenario.timeCompression();
        return needed <= MESSAGES_OF_FIRST_UNITS ? 1 : (int) Math.min(MOST_UNITS, Math.ceil(needed / MESSAGES_OF_UNIT));
    }

    private static void hub(ArrayNode hubs, String name, int units) {
        hubs.addObject()
                .put("name", name)
                .put("resourceGroup", RESOURCE_GROUP)
                .put("sku", "S1")
                .put("units", units);
    }

    private static ObjectNode provisioningService(ArrayNode services, String name, String hub) {
        ObjectNode service = services.addObject().put("name", name).put("resourceGroup", RESOURCE_GROUP);
        service.putArray("linkedHubs").add(hub);
        return service;
    }

    private static ObjectNode application(ArrayNode applications, String subdomain, String displayName) {
        return applications
                .addObject()
                .put("subdomain", subdomain)
                .put("displayName", displayName)
                .put("resourceGroup", RESOURCE_GROUP);
    }

    private static void source(ArrayNode applications, Scenario scenario) {
        ObjectNode application = application(applications, APPLICATION, "Source application");
        Set<TemplateKind> kinds = EnumSet.of(TemplateKind.COMPONENT);
        scenario.groups().forEach(group -> kinds.add(group.template()));
        kinds.remove(TemplateKind.NONE);
        ArrayNode templates = application.putArray("deviceTemplates");
        kinds.forEach(kind -> templates.add(RehearsalTemplates.template(
                RehearsalTemplates.id(kind), "Rehearsal device (" + kind.text() + ")", kind, RehearsalTemplates.SITE)));
        ArrayNode groups = application.putArray("deviceGroups");
        String condition = kinds.stream()
                .map(kind -> "$template = \"" + RehearsalTemplates.id(kind) + "\"")
                .collect(Collectors.joining(" OR "));
        group(groups, DEVICE_GROUP, "SELECT * FROM devices WHERE " + condition);
        scenario.deviceGroups().forEach(group -> group(groups, group.id(), group.filter()));
    }

    private static void group(ArrayNode groups, String id, String filter) {
        groups.addObject().put("id", id).put("displayName", id).put("filter", filter);
    }
}
