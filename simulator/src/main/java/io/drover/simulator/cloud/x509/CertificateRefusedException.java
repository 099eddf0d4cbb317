package io.drover.simulator.cloud.x509;

/** A change of uploaded authorities that was refused; what it answers is the caller's to say. */
public final class CertificateRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    public enum Reason {
        INVALID(400),
        NOT_FOUND(404),
        ETAG_MISMATCH(412);

        private final int httpStatus;

        Reason(int httpStatus) {
            this.httpStatus = httpStatus;
        }

        /** Status of an answer that refuses for this reason. */
        public int httpStatus() {
            return httpStatus;
        }
    }

    private final Reason reason;

    CertificateRefusedException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
