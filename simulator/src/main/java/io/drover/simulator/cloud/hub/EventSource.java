package io.drover.simulator.cloud.hub;

/** Who sent a telemetry event and how it had proved itself; module and model are null when there is none. */
public record EventSource(String deviceId, String moduleId, String generationId, String modelId, AuthMethod auth) {
    static EventSource of(HubDevice device, AuthMethod auth) {
        return new EventSource(device.deviceId(), device.moduleId(), device.generationId(), device.modelId(), auth);
    }
}
