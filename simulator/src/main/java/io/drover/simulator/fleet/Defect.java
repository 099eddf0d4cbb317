package io.drover.simulator.fleet;

/** What is wrong at the source with devices of a scenario's group, for a plan to name. */
public enum Defect {
    /** Nothing. */
    NOTHING("nothing", false),
    /** Simulated by IoT Central; at a hub an ordinary device that never connects. */
    SIMULATED("simulated", true),
    /** Blocked in the application, or disabled in the hub. */
    BLOCKED("blocked", true),
    /** The device's id ends with a {@code #}, which registries of hubs take and DPS does not. */
    REFUSED_ID("refused-id", true),
    /** The migration is not given the authority of the device's enrollment group. */
    AUTHORITY_WITHHELD("authority-withheld", false),
    /** The migration is not given the device's own certificates, of which the source shows only thumbprints. */
    CERTIFICATE_WITHHELD("certificate-withheld", false),
    /** The device's enrollment group is disabled once the device is connected. */
    ENROLLMENT_DISABLED("enrollment-disabled", false);

    private final String text;
    private final boolean neverConnects;

    Defect(String text, boolean neverConnects) {
        this.text = text;
        this.neverConnects = neverConnects;
    }

    /** The name a scenario file uses. */
    public String text() {
        return text;
    }

    /** Whether the defect keeps the device from connecting anywhere. */
    public boolean neverConnects() {
        return neverConnects;
    }
}
