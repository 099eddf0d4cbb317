package io.drover.simulator.fleet.device;

import java.util.Arrays;
import java.util.Optional;

/** What a virtual device is made of. */
public enum Engine {
    /** Drover's own device: a state machine on an event loop, for fleets of any size. */
    LEAN("lean"),
    /** Microsoft's unmodified device and provisioning clients, about nine threads each. */
    AZURE_SDK("azure-sdk");

    private final String text;

    Engine(String text) {
        this.text = text;
    }

    /** The name a scenario file, status and metrics use. */
    public String text() {
        return text;
    }

    /** Finds the engine a scenario file names. */
    public static Optional<Engine> named(String text) {
        return Arrays.stream(values())
                .filter(engine -> engine.text.equals(text))
                .findFirst();
    }
}
