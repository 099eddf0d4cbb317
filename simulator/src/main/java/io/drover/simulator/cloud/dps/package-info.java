/**
 * The Device Provisioning Service as documented: enrollment groups, device registration over MQTT, service API.
 *
 * <p>{@link io.drover.simulator.cloud.dps.ProvisioningService} holds the state; the other types are its edges.
 */
package io.drover.simulator.cloud.dps;
