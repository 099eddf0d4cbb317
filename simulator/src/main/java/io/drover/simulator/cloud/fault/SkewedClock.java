package io.drover.simulator.cloud.fault;

import io.drover.simulator.cloud.sas.SasToken;
import java.time.Duration;
import java.util.Optional;

/**
 * What a service whose clock is ahead ({@code clock-skew}) makes of SAS tokens: it refuses those that have run out by its clock and, more
 * than five minutes apart from the caller as documented, all of them. Thread-safe.
 */
final class SkewedClock {
    private static final Duration TOLERATED = Duration.ofMinutes(5);

    private final Faults faults;

    SkewedClock(Faults faults) {
        this.faults = faults;
    }

    /**
     * Whether the service refuses the token, which is then counted as a strike.
     *
     * @param device null when the call names none
     * @param credential a password or Authorization header; only SAS tokens are refused
     */
    boolean refuses(String service, String device, String operation, String credential) {
        if (!faults.has(FaultKind.CLOCK_SKEW)) {
            return false;
        }
        Optional<SasToken> token = SasToken.parse(credential);
        Optional<Fault> ahead = token.isEmpty()
                ? Optional.empty()
                : faults.open(FaultKind.CLOCK_SKEW, service, device, operation)
                        .filter(fault -> fault.delay().compareTo(TOLERATED) > 0
                                || !token.get()
                                        .expiry()
                                        .isAfter(faults.clock().instant().plus(fault.delay())));
        ahead.ifPresent(faults::struck);
        return ahead.isPresent();
    }
}
