package io.drover.worker.target;

import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.Evidence;
import io.vertx.core.Future;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** What one look at the target is to find out, and where it puts what it finds. */
public interface TargetView {
    /** What is older proves nothing about the migration. */
    Instant since();

    /** The present time, for what the target shows without a time of its own. */
    Instant now();

    /** Hands over the devices that were commanded and whose arrival is not proven, in pages; as they stand when a page is read. */
    Future<Void> eachAwaitedPage(Function<List<DeviceRow>, Future<Void>> handler);

    /** Which of these devices the target had as provisioned before the migration admitted them. */
    Future<Set<String>> knownBefore(Collection<String> ids);

    /** Commits what a page of the target showed, by device id; ids that the migration does not await are ignored. */
    Future<Void> record(Map<String, Evidence> seen);
}
