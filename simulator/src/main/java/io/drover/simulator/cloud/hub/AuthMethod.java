package io.drover.simulator.cloud.hub;

/** How a device proved itself, as the annotation {@code iothub-connection-auth-method} of its messages tells. */
public enum AuthMethod {
    DEVICE_KEY("device", "sas", "iothub"),
    MODULE_KEY("module", "sas", "iothub"),
    POLICY("hub", "sas", "iothub"),
    CERTIFICATE("device", "x509", "external");

    private final String json;

    AuthMethod(String scope, String type, String issuer) {
        this.json = "{\"scope\":\"" + scope + "\",\"type\":\"" + type + "\",\"issuer\":\"" + issuer + "\"}";
    }

    /** The annotation's value. */
    public String json() {
        return json;
    }
}
