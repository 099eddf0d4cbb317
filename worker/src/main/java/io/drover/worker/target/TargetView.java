package io.drover.worker.target;

import io.drover.worker.device.Evidence;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Map;

/** What one look at the target is to find out, and where it puts what it finds. */
public interface TargetView {
    /** What is older proves nothing about the migration. */
    Instant since();

    /** The present time, for what the target shows without a time of its own. */
    Instant now();

    /** Commits what a page of the target showed, by device id; ids that the migration does not await are ignored. */
    Future<Void> record(Map<String, Evidence> seen);
}
