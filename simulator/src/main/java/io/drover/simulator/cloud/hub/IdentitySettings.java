package io.drover.simulator.cloud.hub;

/** What a service may set of an identity; reason and scope may be null. */
record IdentitySettings(
        DeviceCredential credential, boolean enabled, String statusReason, boolean iotEdge, String scope) {}
