package io.drover.simulator.tpm;

/** Bytes that are no TPM structure, of a kind that is not taken here, or not made for this TPM. Its message holds no secret. */
public final class TpmFormatException extends Exception {
    private static final long serialVersionUID = 1L;

    /** @param message what is wrong */
    public TpmFormatException(String message) {
        super(message);
    }
}
