package io.drover.simulator.cloud.hub;

/** Who sent a telemetry event and how it had proved itself; module and model are null when there is none. */
public record EventSource(String deviceId, String moduleId, String generationId, String modelId, AuthMethod auth) {}
