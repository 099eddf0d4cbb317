package io.drover.worker.api;

import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceTimeline.Rates;
import io.drover.worker.migration.DefinitionStore.Kept;
import io.drover.worker.migration.Migration;
import java.util.Map;
import java.util.Optional;

/**
 * A migration or a draft as it stands, for a list.
 *
 * @param migration empty for a draft
 * @param kept empty for one that was not applied through the API
 * @param counts devices by state; every state is there
 * @param returns name of the migration whose devices it brings back, or null
 */
record MigrationView(
        String name,
        Optional<Migration> migration,
        Optional<Kept> kept,
        Map<DeviceState, Long> counts,
        Rates rates,
        String returns) {
    static final Rates STILL = new Rates(0, 0);

    long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    long finished() {
        return counts.entrySet().stream()
                .filter(count -> count.getKey().isFinal())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }
}
