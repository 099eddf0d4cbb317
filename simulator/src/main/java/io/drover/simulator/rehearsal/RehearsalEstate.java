package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.simulator.fleet.Scenario;
import java.util.List;

/** The emulated Azure estate of a rehearsal: one IoT Central application or hub to leave, one DPS and hub to reach. */
final class RehearsalEstate {
    static final String TENANT = "6f1f2d0e-7a3c-4b8e-9d55-0a1b2c3d4e5f";
    static final String CLIENT_ID = "0c9a7f52-1f5e-4d2b-8a61-7e3b9c5d1f20";
    static final String SUBSCRIPTION = "b2f4c6d8-0e1a-4c3b-9f57-8d6e4c2a0b19";
    static final String APPLICATION = "source-app";
    static final String DEVICE_GROUP = "all-devices";
    static final String DEVICE_TEMPLATE = "dtmi:drover:rehearsal:device;1";
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
        int devices = scenario.devices();
        for (int from = 0; direction == Direction.CENTRAL_TO_HUB && from < devices; from += CHUNK) {
            ObjectNode request = json.createObjectNode().put("template", DEVICE_TEMPLATE);
            ArrayNode ids = request.putArray("ids");
            for (int index = from; index < Math.min(devices, from + CHUNK); index++) {
                ids.add(scenario.deviceId(index));
            }
            cloud.post("/control/applications/" + APPLICATION + "/devices", request);
        }
    }

    private ObjectNode describe(String clientSecret, Scenario scenario) {
        ObjectNode estate = json.createObjectNode().put("tenantId", TENANT);
        estate.putArray("servicePrincipals")
                .addObject()
                .put("clientId", CLIENT_ID)
                .put("clientSecret", clientSecret);
        estate.putArray("subscriptions")
                .addObject()
                .put("subscriptionId", SUBSCRIPTION)
                .put("displayName", "Rehearsal");
        ArrayNode hubs = estate.putArray("hubs");
        ArrayNode services = estate.putArray("provisioningServices");
        int units = units(scenario);
        hub(hubs, HUB, units);
        provisioningService(services, PROVISIONING_SERVICE, HUB);
        if (direction == Direction.HUB_TO_HUB) {
            hub(hubs, SOURCE_HUB, units);
            provisioningService(services, SOURCE_PROVISIONING_SERVICE, SOURCE_HUB)
                    .putArray("enrollmentGroups")
                    .add(SOURCE_GROUP);
        } else {
            application(estate, scenario.deviceGroups());
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

    private static void application(ObjectNode estate, List<Scenario.DeviceGroup> groups) {
        ObjectNode application = estate.putArray("applications")
                .addObject()
                .put("subdomain", APPLICATION)
                .put("displayName", "Source application")
                .put("resourceGroup", RESOURCE_GROUP);
        application
                .putArray("deviceTemplates")
                .addObject()
                .put("id", DEVICE_TEMPLATE)
                .put("displayName", "Rehearsal device")
                .put("move", "component");
        ArrayNode deviceGroups = application.putArray("deviceGroups");
        deviceGroups
                .addObject()
                .put("id", DEVICE_GROUP)
                .put("displayName", "All devices")
                .put("filter", "SELECT * FROM devices WHERE $template = \"" + DEVICE_TEMPLATE + "\"");
        for (Scenario.DeviceGroup group : groups) {
            deviceGroups
                    .addObject()
                    .put("id", group.id())
                    .put("displayName", group.id())
                    .put("filter", group.filter());
        }
    }
}
