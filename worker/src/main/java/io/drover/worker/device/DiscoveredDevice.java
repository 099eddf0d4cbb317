package io.drover.worker.device;

/**
 * A device as discovery found it at the source.
 *
 * @param template the device template's id; null when it has none
 * @param credential null where discovery does not tell it
 * @param verdict why the device cannot be moved; null when it can
 * @param wave the wave that its own rule puts it in; 0 when the layout decides
 * @param position place in the order of its wave; ties are broken by id
 */
public record DiscoveredDevice(
        String deviceId, String template, DeviceCredential credential, FailureReason verdict, int wave, long position) {
    /** A device whose credential discovery does not tell. */
    public DiscoveredDevice(String deviceId, String template, FailureReason verdict, int wave, long position) {
        this(deviceId, template, null, verdict, wave, position);
    }

    /** A device in the order of ids, whose wave the layout decides. */
    public DiscoveredDevice(String deviceId, String template, FailureReason verdict) {
        this(deviceId, template, verdict, 0, 0);
    }

    /** The same device, which cannot be moved. */
    DiscoveredDevice refused(FailureReason why) {
        return new DiscoveredDevice(deviceId, template, credential, why, 0, position);
    }
}
