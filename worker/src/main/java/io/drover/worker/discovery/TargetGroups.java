package io.drover.worker.discovery;

import io.drover.worker.azure.AzureException;
import io.drover.worker.discovery.SourceOffer.SourceGroup;
import io.drover.worker.target.EnrollmentGroups;
import io.drover.worker.target.TargetEnrollment;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The enrollment groups that the target needs, compared with those that it has; reads only. */
final class TargetGroups {
    private final EnrollmentGroups target;
    private final String prefix;

    /** {@code source} names the service that the groups come from in the names of the target's groups. */
    TargetGroups(EnrollmentGroups target, String source) {
        this.target = target;
        this.prefix = "drover-" + source + "-";
    }

    /** Their counterparts. Fails with {@link AzureException} when one is there with other keys or certificates. */
    Future<List<TargetEnrollment>> of(List<SourceGroup> groups) {
        Future<List<TargetEnrollment>> all = Future.succeededFuture(new ArrayList<>());
        for (SourceGroup group : groups) {
            TargetEnrollment missing = enrollment(group, false);
            all = all.compose(found -> target.isPresent(missing).map(present -> {
                found.add(enrollment(group, present));
                return found;
            }));
        }
        return all;
    }

    private TargetEnrollment enrollment(SourceGroup group, boolean present) {
        return new TargetEnrollment(
                group.id(), name(group.id()), group.keys(), group.signing(), group.inline(), present);
    }

    /** Name of the target's group: readable, valid in a DPS, and the same in every run. */
    private String name(String sourceGroup) {
        return (prefix + sourceGroup).toLowerCase(Locale.ROOT);
    }
}
