package io.drover.simulator.cloud.central;

/** A device group: the devices its filter selects at the moment of the question. */
public record DeviceGroup(String id, String displayName, DeviceFilter filter, String description) {}
