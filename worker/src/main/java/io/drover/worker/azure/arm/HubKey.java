package io.drover.worker.azure.arm;

/** A shared access key of a hub; never shown. */
public record HubKey(String policy, String primaryKey) {
    @Override
    public String toString() {
        return "HubKey[policy=" + policy + "]";
    }
}
