package io.drover.simulator.cloud.hub;

/** What became of a cloud-to-device message, under the names of feedback records. */
public enum FeedbackStatus {
    SUCCESS("Success"),
    EXPIRED("Expired"),
    DELIVERY_COUNT_EXCEEDED("DeliveryCountExceeded"),
    REJECTED("Rejected"),
    PURGED("Purged");

    private final String wireName;

    FeedbackStatus(String wireName) {
        this.wireName = wireName;
    }

    public String wireName() {
        return wireName;
    }
}
