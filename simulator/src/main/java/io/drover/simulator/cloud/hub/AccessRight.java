package io.drover.simulator.cloud.hub;

/** Rights a shared access policy can give, under the names the key listing uses. */
public enum AccessRight {
    REGISTRY_READ("RegistryRead"),
    REGISTRY_WRITE("RegistryWrite"),
    SERVICE_CONNECT("ServiceConnect"),
    DEVICE_CONNECT("DeviceConnect");

    private final String wireName;

    AccessRight(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }
}
