package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a migration used of the documented limits.
 *
 * @param granted calls that passed while limits were enforced
 * @param refused calls answered 429
 * @param refusedByLimit the same by the limit that refused them, those that refused none left out
 * @param registrationsPerSecond devices assigned by the target, from the first to the last; 0 for fewer than two
 * @param binding the smallest of the limits that each moved device uses once
 * @param bindingPerSecond that limit, time compression included
 */
record LimitUse(
        long granted,
        long refused,
        Map<String, Long> refusedByLimit,
        double registrationsPerSecond,
        String binding,
        double bindingPerSecond) {
    private static final Set<String> OF_ARRIVALS = Set.of("dps-registrations", "hub-connections");

    /** From {@code /control/quotas} before and after, and the ground truth. */
    static LimitUse of(JsonNode before, JsonNode after, List<DeviceTruth> truth, Direction direction) {
        Optional<JsonNode> smallest = limits(after).stream()
                .filter(limit -> {
                    String name = limit.path("limit").asText();
                    return OF_ARRIVALS.contains(name)
                            || direction.commandLimit().equals(name);
                })
                .min(Comparator.comparingDouble(limit -> limit.path("perSecond").asDouble()));
        return new LimitUse(
                sum(after, "granted") - sum(before, "granted"),
                sum(after, "refused") - sum(before, "refused"),
                refusedByLimit(before, after),
                registrations(truth),
                smallest.map(limit -> limit.path("limit").asText()).orElse(""),
                smallest.map(limit -> limit.path("perSecond").asDouble()).orElse(0.0));
    }

    private static List<JsonNode> limits(JsonNode quotas) {
        List<JsonNode> limits = new ArrayList<>();
        quotas.path("limits").forEach(limits::add);
        return limits;
    }

    private static Map<String, Long> refusedByLimit(JsonNode before, JsonNode after) {
        Map<String, Long> refused = new TreeMap<>();
        limits(after)
                .forEach(limit -> refused.put(
                        limit.path("limit").asText(), limit.path("refused").asLong()));
        limits(before)
                .forEach(limit -> refused.merge(
                        limit.path("limit").asText(), -limit.path("refused").asLong(), Long::sum));
        refused.values().removeIf(calls -> calls == 0);
        return refused;
    }

    private static long sum(JsonNode quotas, String field) {
        return limits(quotas).stream()
                .mapToLong(limit -> limit.path(field).asLong())
                .sum();
    }

    private static double registrations(List<DeviceTruth> truth) {
        List<Instant> times = truth.stream()
                .flatMap(device -> device.assignedAt().stream())
                .sorted()
                .toList();
        if (times.size() < 2) {
            return 0;
        }
        double seconds =
                Duration.between(times.get(0), times.get(times.size() - 1)).toMillis() / 1000.0;
        return seconds == 0 ? 0 : (times.size() - 1) / seconds;
    }

    /** Share of the binding limit that was used, in percent. */
    double percentOfLimit() {
        return bindingPerSecond == 0 ? 0 : 100 * registrationsPerSecond / bindingPerSecond;
    }

    /** Share of calls answered 429, in percent. */
    double percentThrottled() {
        long calls = granted + refused;
        return calls == 0 ? 0 : 100.0 * refused / calls;
    }
}
