package io.drover.simulator.observability;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Asks a Prometheus each query once a second until it has returned data. */
final class QueryWatch implements AutoCloseable {
    private final PrometheusServer prometheus;
    private final Map<String, String> unanswered = new ConcurrentSkipListMap<>();
    private final Map<String, String> invalid = new ConcurrentSkipListMap<>();
    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();

    /** Begins at once; the queries by where they are. */
    QueryWatch(PrometheusServer prometheus, Map<String, String> queries) {
        this.prometheus = prometheus;
        unanswered.putAll(queries);
        executor.scheduleWithFixedDelay(this::ask, 1, 1, TimeUnit.SECONDS);
    }

    private void ask() {
        for (Map.Entry<String, String> query : new TreeMap<>(unanswered).entrySet()) {
            try {
                if (hasData(prometheus.query(query.getValue()))) {
                    unanswered.remove(query.getKey());
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                return;
            } catch (Exception | AssertionError refused) {
                invalid.put(query.getKey(), refused.toString());
            }
        }
    }

    /** A quantile of no observations is no number, and so no data. */
    private static boolean hasData(JsonNode result) {
        for (JsonNode series : result) {
            if (!series.path("value").path(1).asText().equals("NaN")) {
                return true;
            }
        }
        return false;
    }

    /** Where the queries are that have not returned data yet. */
    Set<String> unanswered() {
        return unanswered.keySet();
    }

    /** What Prometheus said to queries that it did not take. */
    Map<String, String> invalid() {
        return invalid;
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
