package io.drover.simulator.cloud.hub;

import io.vertx.core.buffer.Buffer;
import java.time.Instant;

/** A device's answer to a direct method: its own status, JSON payload (empty when it sent none), and when it was asked. */
public record MethodResult(int status, Buffer payload, Instant deliveredAt) {}
