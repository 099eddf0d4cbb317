package io.drover.worker.device;

import java.time.Duration;

/** What tests expect of a move whose policy is not what they are about. */
public final class TestPolicies {
    private TestPolicies() {}

    /** The defaults of a configuration file, proof by telemetry, with so many attempts. */
    public static MovePolicy telemetry(int attempts) {
        return new MovePolicy(
                Verification.TELEMETRY,
                Duration.ofSeconds(30),
                Duration.ofMinutes(5),
                Duration.ofMinutes(5),
                Duration.ofMinutes(10),
                Duration.ofDays(7),
                attempts,
                1);
    }
}
