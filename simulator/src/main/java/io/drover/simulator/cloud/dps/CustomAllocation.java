package io.drover.simulator.cloud.dps;

/** The webhook that computes hubs for {@link AllocationPolicy#CUSTOM}; its URL may carry a key and is not printed. */
public record CustomAllocation(String webhookUrl, String apiVersion) {
    @Override
    public String toString() {
        return "CustomAllocation[apiVersion=" + apiVersion + "]";
    }
}
