package io.drover.simulator;

import java.util.Optional;

/** Which simulator this is. */
public final class ProgramVersion {
    private ProgramVersion() {}

    /** The jar's version; {@code development} when run from classes. */
    public static String text() {
        return Optional.ofNullable(ProgramVersion.class.getPackage().getImplementationVersion())
                .orElse("development");
    }
}
