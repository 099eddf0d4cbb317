package io.drover.simulator.cloud.central;

import java.util.Locale;

/** Where a template declares the command that tells a device to move, if it does. */
public enum MoveCommand {
    /** In a component named {@code migration}; the device sees {@code migration*DeviceMove}. */
    COMPONENT,
    /** In the template itself; the device sees {@code DeviceMove}. */
    ROOT,
    /** Nowhere: devices of this template cannot be moved by command. */
    NONE;

    /** Reads the estate's {@code component | root | none}. */
    public static MoveCommand of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
