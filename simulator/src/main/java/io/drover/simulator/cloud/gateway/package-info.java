/**
 * Processes that take the TLS of devices off the emulated cloud's own process and share its MQTT port (ADR 18). The other end of their
 * links is in {@code cloud.mqtt}.
 */
package io.drover.simulator.cloud.gateway;
