package io.drover.simulator.cloud.dps;

import java.util.Locale;

/** Where a registration stands, in the words of the service API. */
public enum RegistrationStatus {
    UNASSIGNED,
    ASSIGNING,
    ASSIGNED,
    FAILED,
    DISABLED;

    /** The value on the wire, for example {@code assigned}. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }
}
