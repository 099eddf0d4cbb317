package io.drover.worker.source;

/** What the device itself answered to DeviceMove: its status, 2xx when it will try to move. */
public record MoveReply(int status) {}
