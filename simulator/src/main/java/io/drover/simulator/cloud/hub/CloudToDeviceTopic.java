package io.drover.simulator.cloud.hub;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes {@code devices/{id}/messages/devicebound/{property bag}}, as a device receives cloud-to-device messages. */
final class CloudToDeviceTopic {
    private CloudToDeviceTopic() {}

    static String of(HubDevice device, CloudToDeviceMessage message) {
        List<String> bag = new ArrayList<>();
        message.systemProperties().forEach((name, value) -> add(bag, "%24" + name.substring(1), value));
        for (Map.Entry<String, String> property :
                message.applicationProperties().entrySet()) {
            add(bag, PropertyBag.encode(property.getKey()), property.getValue());
        }
        return base(device) + String.join("&", bag);
    }

    private static void add(List<String> bag, String encodedName, String value) {
        bag.add(encodedName + "=" + PropertyBag.encode(value));
    }

    private static String base(HubDevice device) {
        String base = "devices/" + level(device.deviceId());
        return (device.moduleId() == null ? base : base + "/modules/" + level(device.moduleId()))
                + "/messages/devicebound/";
    }

    /** An id as one level of a topic, which may not hold wildcards. */
    private static String level(String id) {
        return id.indexOf('#') < 0 && id.indexOf('+') < 0 ? id : PropertyBag.encode(id);
    }
}
