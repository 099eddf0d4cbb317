package io.drover.simulator.cluster.coordinator;

import io.drover.simulator.cluster.ClusterException;
import io.drover.simulator.fleet.FleetFigures;
import io.drover.simulator.load.DeviceLog;
import io.drover.simulator.load.LoadReport;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;

/** What all members of a fleet tell, as one fleet's; any thread. */
record MembersFigures(Coordinator coordinator) implements FleetFigures {
    @Override
    public Future<JsonObject> status() {
        return coordinator.view().map(FleetSum::status);
    }

    @Override
    public Future<LoadReport> load() {
        return coordinator
                .view()
                .compose(sum -> sum.load()
                        .map(Future::succeededFuture)
                        .orElseGet(
                                () -> Future.failedFuture(new ClusterException("no member has told of its load yet"))));
    }

    /** In the order of the members, and with it of the devices. */
    @Override
    public Future<Buffer> rows() {
        return coordinator.get("/fleet/devices.csv").map(parts -> {
            Buffer all = Buffer.buffer(DeviceLog.HEADER + "\n");
            parts.forEach(part -> all.appendString(part.substring(DeviceLog.HEADER.length() + 1)));
            return all;
        });
    }
}
