package io.drover.simulator.cloud.hub;

/** Hub tiers; rates differ between the three sizes. */
public enum HubSku {
    F1,
    B1,
    B2,
    B3,
    S1,
    S2,
    S3
}
