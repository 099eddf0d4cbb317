package io.drover.worker.device;

import java.util.Objects;

/** One device within one migration; device ids are case-sensitive and kept exactly as the source names them. */
public record DeviceKey(long migrationId, String deviceId) {
    public DeviceKey {
        Objects.requireNonNull(deviceId);
    }
}
