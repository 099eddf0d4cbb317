package io.drover.worker.migration;

import io.drover.worker.bus.Topic;

/** What the supervision of a migration tells the stages. */
public final class MigrationBus {
    /** A wave is open: its devices may be made ready. */
    public static final Topic<WaveOpened> WAVE_OPENED = new Topic<>("migration.wave-opened", WaveOpened.class);

    private MigrationBus() {}

    /** Which wave. */
    public record WaveOpened(long migrationId, int wave) {}
}
