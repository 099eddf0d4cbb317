package io.drover.simulator.cloud.central;

/**
 * A device group: the devices its filter selects at the moment of the question.
 *
 * @param organization the one organization it belongs to, which limits its devices; null for the application itself
 */
public record DeviceGroup(String id, String displayName, DeviceFilter filter, String description, String organization) {
    /** A group of the whole application. */
    public DeviceGroup(String id, String displayName, DeviceFilter filter, String description) {
        this(id, displayName, filter, description, null);
    }

    /** Whether the device is in the group. */
    boolean contains(CentralApp app, CentralDevice device) {
        return (organization == null || app.members().isWithin(device.organization(), organization))
                && filter.test(app, device);
    }
}
