package io.drover.worker.discovery;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.GroupKeys;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.discovery.SourceOffer.SourceGroup;
import io.drover.worker.target.TargetEnrollment;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The enrollment groups that the target needs, compared with those that it has; reads only. */
final class TargetGroups {
    private final DpsClient target;
    private final String targetName;
    private final String prefix;

    /** {@code source} names the service that the groups come from in the names of the target's groups. */
    TargetGroups(DpsClient target, String targetName, String source) {
        this.target = target;
        this.targetName = targetName;
        this.prefix = "drover-" + source + "-";
    }

    /** Their counterparts. Fails with {@link AzureException} when one is there with other keys. */
    Future<List<TargetEnrollment>> of(List<SourceGroup> groups) {
        Future<List<TargetEnrollment>> all = Future.succeededFuture(new ArrayList<>());
        for (SourceGroup group : groups) {
            String name = name(group.id());
            all = all.compose(found -> present(name, group.keys()).map(present -> {
                found.add(new TargetEnrollment(group.id(), name, group.keys(), present));
                return found;
            }));
        }
        return all;
    }

    private Future<Boolean> present(String group, GroupKeys keys) {
        return target.exists(group).compose(exists -> {
            if (!exists) {
                return Future.succeededFuture(false);
            }
            return target.keys(group)
                    .compose(there -> there.filter(keys::equals).isPresent()
                            ? Future.succeededFuture(true)
                            : Future.failedFuture(new AzureException(
                                    409,
                                    "DifferentKeys",
                                    "Enrollment group '" + group + "' is already in '" + targetName
                                            + "' with other keys than the source's: the devices would be refused. Delete or"
                                            + " rename that group, then run again.")));
        });
    }

    /** Name of the target's group: readable, valid in a DPS, and the same in every run. */
    private String name(String sourceGroup) {
        return (prefix + sourceGroup).toLowerCase(Locale.ROOT);
    }
}
