package io.drover.simulator.fleet.credential;

/** What devices of a scenario's group prove themselves with, at the source and after the move. */
public enum CredentialKind {
    /** A key derived from an enrollment group's. */
    GROUP_KEY("group-key"),
    /** Two keys of the device's own, in an individual enrollment; one device in four uses the secondary one. */
    DEVICE_KEY("device-key"),
    /** A certificate under an authority that an enrollment group trusts. */
    GROUP_CERTIFICATE("group-certificate"),
    /** Two certificates of the device's own, in an individual enrollment; one device in four uses the secondary one. */
    DEVICE_CERTIFICATE("device-certificate"),
    /** A TPM's endorsement key, in an individual enrollment; over HTTPS, and lean devices only. */
    TPM("tpm");

    private final String text;

    CredentialKind(String text) {
        this.text = text;
    }

    /** The name a scenario file uses. */
    public String text() {
        return text;
    }

    /** Whether each device has an enrollment of its own. */
    public boolean isIndividual() {
        return this == DEVICE_KEY || this == DEVICE_CERTIFICATE || this == TPM;
    }
}
