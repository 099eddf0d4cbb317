package io.drover.worker.plan;

import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.FailureReason;

/**
 * What an apply would do with one device.
 *
 * @param template null when it has none
 * @param verdict {@link #READY}, {@link #OFFLINE}, or why it cannot move
 * @param reason the verdict in words; empty when it can move at once
 * @param action what to do about it; empty when there is nothing to do
 * @param credential what the device proves itself with; empty where nobody has looked
 * @param wave name of its wave; empty when it cannot move
 */
public record PlannedDevice(
        String deviceId,
        String template,
        String verdict,
        String reason,
        String action,
        String credential,
        String wave) {
    /** It can move. */
    public static final String READY = "READY";
    /** It can move, and the source shows it as not connected now: it moves when it comes back. */
    public static final String OFFLINE = "OFFLINE";

    /** {@code online} is false only where the source tells that the device is not connected. */
    static PlannedDevice of(DeviceRow row, boolean online, String wave) {
        FailureReason reason = row.reason() == null && !online ? FailureReason.DEVICE_OFFLINE : row.reason();
        String verdict = row.reason() != null ? row.reason().name() : online ? READY : OFFLINE;
        return new PlannedDevice(
                row.deviceId(),
                row.template(),
                verdict,
                reason == null ? "" : reason.text(),
                reason == null ? "" : reason.nextAction(),
                row.credential() == null ? "" : row.credential().name(),
                row.reason() == null ? wave : "");
    }

    /** Whether an apply would command it. */
    public boolean movable() {
        return verdict.equals(READY) || verdict.equals(OFFLINE);
    }
}
