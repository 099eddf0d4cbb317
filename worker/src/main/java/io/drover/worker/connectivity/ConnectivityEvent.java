package io.drover.worker.connectivity;

import java.time.Instant;

/**
 * One record of an IoT Central data export.
 *
 * @param applicationId the application that exports, or null when the record names none
 * @param deviceId null unless {@code connected}
 * @param connected true when a device has connected; false for all that says nothing of the kind
 * @param at when it happened in IoT Central
 */
record ConnectivityEvent(String applicationId, String deviceId, boolean connected, Instant at) {}
