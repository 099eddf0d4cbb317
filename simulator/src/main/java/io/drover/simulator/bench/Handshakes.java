package io.drover.simulator.bench;

import io.drover.simulator.tls.TlsEngine;
import java.time.Duration;

/**
 * What one round of one engine gave.
 *
 * @param signedIn connections with TLS handshake, MQTT CONNECT and CONNACK
 * @param cpu processor time of the whole process, both ends together
 */
record Handshakes(TlsEngine engine, int round, long signedIn, long failed, Duration elapsed, Duration cpu) {
    double perSecond() {
        return signedIn / (elapsed.toNanos() / 1e9);
    }

    double cpuMillisEach() {
        return signedIn == 0 ? Double.NaN : cpu.toNanos() / 1e6 / signedIn;
    }
}
