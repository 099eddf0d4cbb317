package io.drover.simulator.cloud.hub;

/** Whether a device has an MQTT connection now. */
public enum ConnectionState {
    CONNECTED("Connected"),
    DISCONNECTED("Disconnected");

    private final String wireName;

    ConnectionState(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }
}
