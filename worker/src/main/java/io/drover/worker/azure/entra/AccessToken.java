package io.drover.worker.azure.entra;

import java.time.Instant;

/** A bearer token for one audience; never shown. */
public record AccessToken(String value, Instant expiresAt) {
    @Override
    public String toString() {
        return "AccessToken[expiresAt=" + expiresAt + "]";
    }
}
