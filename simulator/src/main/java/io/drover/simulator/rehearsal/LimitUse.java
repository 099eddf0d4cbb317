package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
 * @param binding the limit that allows the fewest moves
 * @param bindingPerSecond moves that it allows, time compression included
 */
record LimitUse(
        long granted,
        long refused,
        Map<String, Long> refusedByLimit,
        double registrationsPerSecond,
        String binding,
        double bindingPerSecond) {
    /** An application's requests: commands to devices are some of them. */
    private static final String OF_REQUESTS = "central-rest";

    private static final Set<String> AT_HUBS = Set.of("dps-registrations", "hub-connections");
    private static final Set<String> AT_APPLICATIONS = Set.of("central-registrations");

    /** From {@code /control/quotas} before and after, and the ground truth. */
    static LimitUse of(JsonNode before, JsonNode after, List<DeviceTruth> truth, Direction direction) {
        Map<String, Double> moves = new TreeMap<>();
        Set<String> ofArrivals = direction.toCentral() ? AT_APPLICATIONS : AT_HUBS;
        for (JsonNode limit : limits(after)) {
            String name = limit.path("limit").asText();
            double perSecond = limit.path("perSecond").asDouble();
            if (ofArrivals.contains(name) || direction.commandLimit().equals(name)) {
                moves.put(name, perSecond);
            } else if (OF_REQUESTS.equals(name) && direction.fromCentral() && !direction.toCentral()) {
                moves.put(name, perSecond / Math.max(1, callsPerDevice(name, before, after, truth)));
            }
        }
        Optional<Map.Entry<String, Double>> smallest = moves.entrySet().stream().min(Map.Entry.comparingByValue());
        return new LimitUse(
                sum(after, "granted") - sum(before, "granted"),
                sum(after, "refused") - sum(before, "refused"),
                refusedByLimit(before, after),
                registrations(truth),
                smallest.map(Map.Entry::getKey).orElse(""),
                smallest.map(Map.Entry::getValue).orElse(0.0));
    }

    private static double callsPerDevice(String limit, JsonNode before, JsonNode after, List<DeviceTruth> truth) {
        long moved =
                truth.stream().filter(device -> device.assignedAt().isPresent()).count();
        return moved == 0 ? 1 : (granted(limit, after) - granted(limit, before)) / (double) moved;
    }

    private static long granted(String limit, JsonNode quotas) {
        return limits(quotas).stream()
                .filter(each -> limit.equals(each.path("limit").asText()))
                .mapToLong(each -> each.path("granted").asLong())
                .sum();
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
