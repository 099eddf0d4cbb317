package io.drover.worker.azure.hub;

import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where a hub's telemetry is read: the parts of the built-in endpoint's connection string, as ARM's
 * {@code eventHubEndpoints.events} and {@code listkeys} give them. The key is never printed.
 *
 * @param namespaceHost host name of {@code endpoint}, without scheme and slash
 * @param entityPath {@code path} of the endpoint
 * @param policyName a policy with ServiceConnect
 * @param key that policy's key, as given
 * @param consumerGroup {@code $Default} unless the operator made one
 * @param endpoint where TCP goes instead of the namespace, host check included; empty for public Azure
 */
public record TelemetrySource(
        String namespaceHost,
        String entityPath,
        String policyName,
        String key,
        String consumerGroup,
        Optional<Endpoint> endpoint)
        implements TelemetryFeed.Endpoint {

    /** A TCP address that stands for the namespace. */
    public record Endpoint(String host, int port) {}

    @Override
    public TelemetryFeed open(
            Vertx vertx, Instant from, Map<String, Long> resume, Consumer<List<TelemetryObservation>> observed) {
        return new TelemetryReader(vertx, this, from, resume, observed);
    }

    String connectionString() {
        return "Endpoint=sb://%s/;SharedAccessKeyName=%s;SharedAccessKey=%s;EntityPath=%s"
                .formatted(namespaceHost, policyName, key, entityPath);
    }

    @Override
    public String toString() {
        return "TelemetrySource[%s/%s, policy %s, group %s]"
                .formatted(namespaceHost, entityPath, policyName, consumerGroup);
    }
}
