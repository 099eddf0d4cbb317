package io.drover.simulator.fleet;

/** What the device template of a scenario's group says about DeviceMove; in an application only, hubs know no templates. */
public enum TemplateKind {
    /** In the component {@code migration}, as documented. */
    COMPONENT("component"),
    /** In an interface that the capability model extends; such a device can be moved. */
    INHERITED("inherited"),
    /** Nowhere. */
    NO_MOVE("no-move"),
    /** The devices have no template, so they are in no device group. */
    NONE("none");

    private final String text;

    TemplateKind(String text) {
        this.text = text;
    }

    /** The name a scenario file uses. */
    public String text() {
        return text;
    }
}
