package io.drover.worker.registration;

import io.drover.worker.bus.Topic;

/** What registration offers to the other stages. */
public final class RegistrationBus {
    /** Devices may now be commanded: the target accepts their credentials. */
    public static final Topic<Registered> REGISTERED = new Topic<>("registration.registered", Registered.class);

    private RegistrationBus() {}

    /** How many devices became REGISTERED at once. */
    public record Registered(long migrationId, int devices) {}
}
