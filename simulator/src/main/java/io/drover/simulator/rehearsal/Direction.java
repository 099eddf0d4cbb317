package io.drover.simulator.rehearsal;

import java.util.Arrays;
import java.util.Locale;

/** What a rehearsal moves from where to where. */
enum Direction {
    /** Out of an IoT Central application, by its commands. */
    CENTRAL_TO_HUB,
    /** From one hub and provisioning service to others, by direct methods. */
    HUB_TO_HUB;

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

    /** The quota of the emulator that each command to a device uses once. */
    String commandLimit() {
        return this == CENTRAL_TO_HUB ? "central-commands" : "hub-direct-methods";
    }

    /** What the fleet is told about where its devices come from. */
    String[] fleetOptions() {
        return this == CENTRAL_TO_HUB
                ? new String[] {"--application=" + RehearsalEstate.APPLICATION}
                : new String[] {
                    "--provisioning-service=" + RehearsalEstate.SOURCE_PROVISIONING_SERVICE,
                    "--enrollment-group=" + RehearsalEstate.SOURCE_GROUP
                };
    }

    /** The ground truth's query for the devices of the source. */
    String truthQuery() {
        return this == CENTRAL_TO_HUB
                ? "application=" + RehearsalEstate.APPLICATION
                : "hub=" + RehearsalEstate.SOURCE_HUB;
    }

    /** The worker's {@code migration.source}. */
    String workerSource() {
        return this == CENTRAL_TO_HUB
                ? "{ application: %s, deviceGroup: %s }"
                        .formatted(RehearsalEstate.APPLICATION, RehearsalEstate.DEVICE_GROUP)
                : "{ hub: %s, provisioningService: %s }"
                        .formatted(RehearsalEstate.SOURCE_HUB, RehearsalEstate.SOURCE_PROVISIONING_SERVICE);
    }
}
