package io.drover.worker.cleanup;

import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.SourceChecks;
import io.vertx.core.Future;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks whether moved devices have gone quiet at the source: once for each, some time after its arrival, a few a sweep, so
 * that the source's limits stay with those who still move. Confined to one event loop.
 */
public final class QuietCheck {
    private static final Logger LOG = LoggerFactory.getLogger(QuietCheck.class);
    /** With a sweep every 15 s 40 calls or a little more a minute, of 100 identity operations on S1, 1,200 of an application. */
    private static final int BATCH = 10;

    private final SourceChecks checks;
    private final Whereabouts source;
    private final long migrationId;
    private final Duration wait;
    private final Clock clock;
    private String after = "";

    /** {@code wait} is how long after its arrival a device must be quiet, which a hub may show minutes late. */
    QuietCheck(SourceChecks checks, Whereabouts source, long migrationId, Duration wait, Clock clock) {
        this.checks = checks;
        this.source = source;
        this.migrationId = migrationId;
        this.wait = wait;
        this.clock = clock;
    }

    /** Looks at the next few; one that fails ends the sweep, and is taken again after the others had their turn. */
    public Future<Void> sweep() {
        return checks.due(migrationId, after, clock.instant().minus(wait), BATCH)
                .compose(rows -> {
                    Future<Void> all = Future.succeededFuture();
                    for (DeviceRow row : rows) {
                        all = all.compose(done -> look(row).onFailure(away -> after = row.deviceId()));
                    }
                    return all.onSuccess(done -> after = next(rows));
                });
    }

    /** From the first again after the last, for those that arrive meanwhile. */
    private static String next(List<DeviceRow> rows) {
        return rows.size() < BATCH ? "" : rows.get(rows.size() - 1).deviceId();
    }

    private Future<Void> look(DeviceRow row) {
        Instant now = clock.instant();
        return source.look(row).compose(sign -> {
            boolean alive = sign.map(there -> there.since(row.finishedAt())).orElse(false);
            if (alive) {
                LOG.atWarn()
                        .addKeyValue("migration", row.key().migrationId())
                        .addKeyValue("device", row.deviceId())
                        .addKeyValue("attempt", row.attempt())
                        .log("{} has arrived and is still active at the source: alive on both sides", row.deviceId());
            }
            return checks.keep(row, now, alive);
        });
    }
}
