package io.drover.worker.progress;

import io.drover.worker.device.DeviceState;
import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.MigrationState;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Map;

/**
 * How far a migration is at one moment.
 *
 * @param stateReason why it is paused or stopped, or null
 * @param aliveOnBothSides moved devices that were still active at the source, of those looked for there
 * @param ratePerSecond devices that became final per second lately
 * @param eta seconds until the last one, or null while nothing can be said
 */
public record Progress(
        Instant at,
        String migration,
        MigrationState state,
        String stateReason,
        Map<DeviceState, Long> counts,
        Map<FailureReason, Long> reasons,
        long aliveOnBothSides,
        double ratePerSecond,
        Eta eta) {

    /** An estimate in seconds. */
    public record Eta(long low, long likely, long high) {
        /** For so many devices at a rate of the last seconds and of the last minute; null while nothing can be said. */
        public static Eta of(long left, double lately, double longer) {
            double slow = Math.min(lately, longer);
            double fast = Math.max(lately, longer);
            if (left == 0 || slow <= 0) {
                return null;
            }
            return new Eta((long) Math.floor(left / fast), Math.round(left * 2 / (slow + fast)), (long)
                    Math.ceil(left / slow));
        }
    }

    public long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    public boolean complete() {
        return state.isFinal();
    }

    public long inFlight() {
        return counts.get(DeviceState.COMMANDED)
                + counts.get(DeviceState.ACCEPTED)
                + counts.get(DeviceState.ASSIGNED)
                + counts.get(DeviceState.CONNECTED);
    }

    public long finished() {
        return finished(counts);
    }

    static long finished(Map<DeviceState, Long> counts) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().isFinal())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    public JsonObject json() {
        JsonObject states = new JsonObject();
        counts.forEach((state, count) -> states.put(state.name(), count));
        JsonObject why = new JsonObject();
        reasons.forEach((reason, count) -> why.put(reason.name(), count));
        return new JsonObject()
                .put("at", at.toString())
                .put("migration", migration)
                .put("state", state.name())
                .put("stateReason", stateReason)
                .put("counts", states)
                .put("total", total())
                .put("final", complete())
                .put("aliveOnBothSides", aliveOnBothSides)
                .put("ratePerSecond", Math.round(ratePerSecond * 10) / 10.0)
                .put(
                        "etaSeconds",
                        eta == null
                                ? null
                                : new JsonObject()
                                        .put("low", eta.low())
                                        .put("likely", eta.likely())
                                        .put("high", eta.high()))
                .put("reasons", why);
    }
}
