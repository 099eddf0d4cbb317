package io.drover.simulator.cloud.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Counts the connections of each listener whose TLS handshake succeeded or failed. Thread-safe. */
public final class ConnectionMeter {
    /** The listeners that speak TLS. */
    public enum Listener {
        HTTPS,
        MQTT,
        AMQP;

        /** The name in metrics and fault patterns. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Map<Listener, Counter> accepted = new EnumMap<>(Listener.class);
    private final Map<Listener, Counter> failed = new EnumMap<>(Listener.class);

    public ConnectionMeter(MeterRegistry registry) {
        for (Listener listener : Listener.values()) {
            accepted.put(listener, counter(registry, listener, "ok"));
            failed.put(listener, counter(registry, listener, "failed"));
        }
    }

    /** Counts into a registry of its own, for a listener that runs without a cloud around it. */
    public static ConnectionMeter unobserved() {
        return new ConnectionMeter(new SimpleMeterRegistry());
    }

    /** A connection is up: TLS is agreed on and, for MQTT, CONNECT has come. */
    public void accepted(Listener listener) {
        accepted.get(listener).increment();
    }

    /** A connection broke off before that. */
    public void failed(Listener listener) {
        failed.get(listener).increment();
    }

    private static Counter counter(MeterRegistry registry, Listener listener, String outcome) {
        return Counter.builder("drover.cloud.handshakes")
                .description("Connections by listener and by how their TLS handshake ended")
                .tag("listener", listener.text())
                .tag("outcome", outcome)
                .register(registry);
    }
}
