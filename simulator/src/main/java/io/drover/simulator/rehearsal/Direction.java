package io.drover.simulator.rehearsal;

import java.util.Arrays;
import java.util.Locale;

/** What a rehearsal moves from where to where. */
enum Direction {
    /** Out of an IoT Central application, by its commands. */
    CENTRAL_TO_HUB(true, false),
    /** From one hub and provisioning service to others, by direct methods. */
    HUB_TO_HUB(false, false),
    /** From one application to another, which knows the devices beforehand. */
    CENTRAL_TO_CENTRAL(true, true),
    /** Into an application, by direct methods. */
    HUB_TO_CENTRAL(false, true);

    private final boolean fromCentral;
    private final boolean toCentral;

    Direction(boolean fromCentral, boolean toCentral) {
        this.fromCentral = fromCentral;
        this.toCentral = toCentral;
    }

    /** The name on the command line. */
    String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The direction of this name; throws IllegalArgumentException that names them all. */
    static Direction named(String text) {
        return Arrays.stream(values())
                .filter(direction -> direction.text().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("'" + text + "' is not one of "
                        + String.join(
                                ", ",
                                Arrays.stream(values()).map(Direction::text).toList())));
    }

    /** Whether the devices leave an IoT Central application, and not a hub. */
    boolean fromCentral() {
        return fromCentral;
    }

    /** Whether the devices go to an IoT Central application, and not to a provisioning service with a hub. */
    boolean toCentral() {
        return toCentral;
    }

    /** The quota of the emulator that each command to a device uses once. */
    String commandLimit() {
        return fromCentral ? "central-commands" : "hub-direct-methods";
    }

    /** What the fleet is told about where its devices come from. */
    String[] fleetOptions() {
        return fromCentral
                ? new String[] {"--application=" + RehearsalEstate.APPLICATION}
                : new String[] {
                    "--provisioning-service=" + RehearsalEstate.SOURCE_PROVISIONING_SERVICE,
                    "--enrollment-group=" + RehearsalEstate.SOURCE_GROUP
                };
    }

    /** What the devices leave. */
    Site source() {
        return fromCentral
                ? Site.application(RehearsalEstate.APPLICATION)
                : Site.hub(RehearsalEstate.SOURCE_PROVISIONING_SERVICE, RehearsalEstate.SOURCE_HUB);
    }

    /** Where they go. */
    Site target() {
        return toCentral
                ? Site.application(RehearsalEstate.TARGET_APPLICATION)
                : Site.hub(RehearsalEstate.PROVISIONING_SERVICE, RehearsalEstate.HUB);
    }

    /** The worker's {@code migration.source}. */
    String workerSource() {
        return fromCentral
                ? "{ application: %s, deviceGroup: %s }"
                        .formatted(RehearsalEstate.APPLICATION, RehearsalEstate.DEVICE_GROUP)
                : "{ hub: %s, provisioningService: %s }"
                        .formatted(RehearsalEstate.SOURCE_HUB, RehearsalEstate.SOURCE_PROVISIONING_SERVICE);
    }

    /** The worker's {@code migration.target}. */
    String workerTarget() {
        return toCentral
                ? "{ application: %s, deviceTemplate: \"%s\" }"
                        .formatted(RehearsalEstate.TARGET_APPLICATION, RehearsalEstate.TARGET_TEMPLATE)
                : "{ provisioningService: %s }".formatted(RehearsalEstate.PROVISIONING_SERVICE);
    }
}
