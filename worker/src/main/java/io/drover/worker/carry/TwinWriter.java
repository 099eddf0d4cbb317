package io.drover.worker.carry;

import io.drover.worker.azure.AzureException;
import io.drover.worker.owned.Difference;
import io.drover.worker.owned.OwnedComparison;
import io.drover.worker.owned.OwnedData;
import io.drover.worker.owned.OwnedMapping;
import io.drover.worker.owned.OwnedPlace;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what one device owns to the target, writing only what is missing there, and compares. Looking comes before each
 * write, so that after a crash nothing is written twice and nothing is taken for done.
 */
final class TwinWriter {
    private static final Logger LOG = LoggerFactory.getLogger(TwinWriter.class);
    /** Answers about what was written, not about the service. */
    private static final Set<Integer> OF_THE_CONTENT = Set.of(400, 409, 412, 413, 422);

    private final OwnedMapping mapping;
    private final boolean overwrite;

    TwinWriter(OwnedMapping mapping, boolean overwrite) {
        this.mapping = mapping;
        this.overwrite = overwrite;
    }

    /** Fails with {@link AzureException} where a service did not answer or refused the client. */
    Future<Settlement> settle(String deviceId, OwnedData owned, OwnedPlace place) {
        OwnedMapping.Mapped wanted = mapping.map(owned);
        return place.read(deviceId, wanted.data())
                .compose(there -> there.isEmpty()
                        ? Future.succeededFuture(Settlement.undecided("device", "not known at the target"))
                        : settle(deviceId, wanted, there.get(), place));
    }

    private Future<Settlement> settle(String deviceId, OwnedMapping.Mapped wanted, OwnedData there, OwnedPlace place) {
        OwnedComparison compared = OwnedComparison.of(wanted, there, place, overwrite);
        if (compared.missing().values().isEmpty()) {
            return Future.succeededFuture(Settlement.of(compared, List.of()));
        }
        List<Difference> refused = new ArrayList<>();
        return write(deviceId, there, compared.missing(), place, refused)
                .compose(after ->
                        after.isPresent() ? Future.succeededFuture(after) : place.read(deviceId, wanted.data()))
                .map(after -> Settlement.of(
                        OwnedComparison.of(wanted, after.orElse(OwnedData.NONE), place, overwrite), refused));
    }

    /** All at once; what is turned down so is written part by part, as one value must not cost the others their place. */
    private Future<Optional<OwnedData>> write(
            String deviceId, OwnedData there, OwnedData missing, OwnedPlace place, List<Difference> refused) {
        return place.write(deviceId, there, missing).recover(cause -> {
            if (!(cause instanceof AzureException answer) || !OF_THE_CONTENT.contains(answer.status())) {
                return Future.failedFuture(cause);
            }
            List<OwnedData> parts = parts(missing);
            if (parts.size() == 1) {
                LOG.atWarn()
                        .addKeyValue("device", deviceId)
                        .log("A value of device {} is not taken at the target: {}", deviceId, answer.getMessage());
                missing.values()
                        .keySet()
                        .forEach(path -> refused.add(
                                new Difference(Difference.Kind.REFUSED, path, answer.status() + " " + answer.code())));
                return Future.succeededFuture(Optional.empty());
            }
            Future<Optional<OwnedData>> all = Future.succeededFuture(Optional.empty());
            for (OwnedData part : parts) {
                all = all.compose(done -> write(deviceId, there, part, place, refused));
            }
            // What the last part answered may be older than another's refusal: look once more.
            return all.map(done -> Optional.empty());
        });
    }

    /** What stands under one name each, such as a component or a property. */
    private static List<OwnedData> parts(OwnedData data) {
        SortedMap<String, SortedMap<String, Object>> parts = new TreeMap<>();
        for (Map.Entry<String, Object> entry : data.values().entrySet()) {
            String[] names = entry.getKey().split("\\.", -1);
            String name = names.length > 1 ? names[0] + "." + names[1] : names[0];
            parts.computeIfAbsent(name, first -> new TreeMap<>()).put(entry.getKey(), entry.getValue());
        }
        return parts.values().stream().map(OwnedData::new).toList();
    }
}
