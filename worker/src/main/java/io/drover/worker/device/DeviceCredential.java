package io.drover.worker.device;

/** What a device proves itself with, as the source shows it. The kind is in the ledger; what it is made of never is. */
public enum DeviceCredential {
    /** A key that derives from one of the source's enrollment groups. */
    GROUP_KEY,
    /** Two keys of its own. */
    DEVICE_KEY,
    /** A certificate under an authority that an enrollment group of the source trusts. */
    GROUP_CERTIFICATE,
    /** One or two certificates of its own. */
    DEVICE_CERTIFICATE,
    /** The endorsement key of a TPM. */
    TPM;

    /** Whether a group cannot accept it, so that the target needs an enrollment for the device alone. */
    public boolean isIndividual() {
        return this == DEVICE_KEY || this == DEVICE_CERTIFICATE || this == TPM;
    }
}
