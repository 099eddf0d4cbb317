package io.drover.simulator.load;

/**
 * What is timed of each operation. Times begin when the operation was <em>meant</em> to begin, or where a person told it to go on, so
 * that waiting for a late generator or a slow service is in them.
 */
public enum LoadStep {
    /** From the intended start to the actual one: how late the generator was. */
    LAG("lag"),
    /** From the intended start to the assignment by the provisioning service. */
    REGISTRATION("registration"),
    /** From the intended start to the connection at the source, subscribed. */
    CONNECT("connect"),
    /** From the accepted DeviceMove to the assignment by the target's provisioning service. */
    REGISTRATION_AGAIN("registration-again"),
    /** From the accepted DeviceMove to the connection at the target, subscribed. */
    MOVE("move"),
    /** From the accepted DeviceMove to the first telemetry acknowledged at the target. */
    ARRIVAL("arrival");

    private final String text;

    LoadStep(String text) {
        this.text = text;
    }

    /** The name in reports, and the tag in HdrHistogram's logs. */
    public String text() {
        return text;
    }
}
