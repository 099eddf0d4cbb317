package io.drover.worker.carry;

import io.drover.worker.owned.OwnedData;
import io.drover.worker.owned.OwnedMapping;
import io.drover.worker.target.MigrationScope;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What a plan says of what devices own: which paths go where, and which have no place at the target. Reads only. */
public final class CarryPreview {
    private static final String MARKER = ".__t";
    private static final int SHOWN = 20;

    private final MigrationScope scope;
    private final OwnedMapping mapping;

    public CarryPreview(MigrationScope scope, OwnedMapping mapping) {
        this.scope = scope;
        this.mapping = mapping;
    }

    /** A line for what goes along, and one for each path that has no place; by the samples that the source gives. */
    public Future<List<String>> lines() {
        return scope.source().ownedSamples().map(samples -> {
            Set<String> carried = new TreeSet<>();
            Map<String, String> unplaced = new TreeMap<>();
            samples.forEach(sample -> add(sample, carried, unplaced));
            List<String> lines = new ArrayList<>();
            if (!carried.isEmpty()) {
                lines.add("What devices own goes along as " + shown(carried) + ".");
            }
            unplaced.entrySet().stream()
                    .limit(SHOWN)
                    .forEach(path -> lines.add(path.getKey() + " has no place at the target (" + path.getValue()
                            + "). Name one in migration.owned.mapping, or drop it there."));
            if (unplaced.size() > SHOWN) {
                lines.add((unplaced.size() - SHOWN) + " more paths have no place at the target.");
            }
            return lines;
        });
    }

    private void add(OwnedData sample, Set<String> carried, Map<String, String> unplaced) {
        OwnedMapping.Mapped mapped = mapping.map(sample);
        unplaced.putAll(mapped.unplaced());
        String template = (String) sample.value("template");
        for (String path : mapped.data().values().keySet()) {
            if (!path.endsWith(MARKER)) {
                scope.target()
                        .refuses(template, path)
                        .ifPresentOrElse(why -> unplaced.put(path, why), () -> carried.add(path));
            }
        }
    }

    private static String shown(Set<String> paths) {
        String some = String.join(", ", paths.stream().limit(SHOWN).toList());
        return paths.size() <= SHOWN ? some : some + " and " + (paths.size() - SHOWN) + " more";
    }
}
