package io.drover.worker.device;

/**
 * A device as discovery found it at the source.
 *
 * @param template the device template's id; null when it has none
 * @param verdict why the device cannot be moved; null when it can
 */
public record DiscoveredDevice(String deviceId, String template, FailureReason verdict) {}
