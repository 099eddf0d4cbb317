package io.drover.worker.plan;

import io.vertx.core.Future;
import java.util.List;
import java.util.function.Function;

/** A plan's devices in the order of their ids, a page at a time. */
public interface DevicePages {
    /** Hands over page after page, waiting for the handler. */
    Future<Void> eachPage(Function<List<PlannedDevice>, Future<Void>> handler);
}
