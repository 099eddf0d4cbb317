package io.drover.simulator.cloud.dps;

/** A request the provisioning service refuses. Carries no stack trace: refusals are ordinary answers. */
public final class ProvisioningException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ProvisioningError error;

    public ProvisioningException(ProvisioningError error) {
        this(error, error.message());
    }

    public ProvisioningException(ProvisioningError error, String message) {
        super(message, null, false, false);
        this.error = error;
    }

    /** The reason, which decides status and code. */
    public ProvisioningError error() {
        return error;
    }
}
