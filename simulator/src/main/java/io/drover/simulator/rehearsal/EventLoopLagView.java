package io.drover.simulator.rehearsal;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How late timers fired on a process's event loops, as its metrics tell: counts by upper bound in seconds, cumulative. */
record EventLoopLagView(Map<Double, Double> buckets) {
    private static final Pattern BUCKET =
            Pattern.compile("drover_event_loop_lag_seconds_bucket\\{.*le=\"([^\"]+)\".*} (\\S+)");

    static EventLoopLagView of(ControlClient process) {
        Map<Double, Double> buckets = new TreeMap<>();
        process.text("/metrics")
                .lines()
                .map(BUCKET::matcher)
                .filter(Matcher::matches)
                .forEach(bucket -> {
                    String bound = bucket.group(1);
                    buckets.merge(
                            bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound),
                            Double.parseDouble(bucket.group(2)),
                            Double::sum);
                });
        return new EventLoopLagView(buckets);
    }

    /** The bounds that half, 99 % and all of the timers since then kept to. */
    String since(EventLoopLagView before) {
        return "half at most " + bound(before, 0.5) + ", 99 % at most " + bound(before, 0.99) + ", all at most "
                + bound(before, 1);
    }

    private String bound(EventLoopLagView before, double share) {
        double all = buckets.getOrDefault(Double.POSITIVE_INFINITY, 0.0)
                - before.buckets.getOrDefault(Double.POSITIVE_INFINITY, 0.0);
        return buckets.entrySet().stream()
                .filter(bucket -> bucket.getValue() - before.buckets.getOrDefault(bucket.getKey(), 0.0) >= all * share)
                .map(bucket ->
                        bucket.getKey().isInfinite() ? "more than 1 s" : Math.round(bucket.getKey() * 1000) + " ms")
                .findFirst()
                .orElse("unknown");
    }
}
