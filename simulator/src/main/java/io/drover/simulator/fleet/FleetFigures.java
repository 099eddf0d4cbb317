package io.drover.simulator.fleet;

import io.drover.simulator.load.LoadReport;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;

/** What a fleet tells of itself, of one process or of several; the futures fail when a process gives no answer. */
public interface FleetFigures {
    /** As {@code /fleet/status}. */
    Future<JsonObject> status();

    /** As {@code /fleet/load}. */
    Future<LoadReport> load();

    /** As {@code /fleet/devices.csv}; fails when the fleet keeps no rows. */
    Future<Buffer> rows();
}
