package io.drover.worker.owned;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a device should have at the target held against what it has there. More at the target is no difference. Pure.
 *
 * @param missing what is to be written
 * @param differences what stays different
 */
public record OwnedComparison(OwnedData missing, List<Difference> differences) {
    /** The marker of a component is part of a value, not one of its own. */
    private static final String MARKER = ".__t";

    public OwnedComparison {
        differences = List.copyOf(differences);
    }

    /**
     * Compares.
     *
     * @param overwrite whether another value at the target is to be replaced
     */
    public static OwnedComparison of(OwnedMapping.Mapped wanted, OwnedData there, OwnedPlace place, boolean overwrite) {
        SortedMap<String, Object> missing = new TreeMap<>();
        List<Difference> differences = new ArrayList<>();
        wanted.unplaced().forEach((path, why) -> differences.add(new Difference(Difference.Kind.NO_PLACE, path, why)));
        wanted.data().values().forEach((path, value) -> {
            Object found = there.value(path);
            boolean marker = path.endsWith(MARKER);
            if (place.refuses(there, path).isPresent()) {
                if (!marker) {
                    differences.add(new Difference(
                            Difference.Kind.NO_PLACE,
                            path,
                            place.refuses(there, path).get()));
                }
            } else if (!OwnedData.same(value, found)) {
                if (overwrite || !there.isTaken(path)) {
                    missing.put(path, value);
                } else if (!marker) {
                    differences.add(new Difference(Difference.Kind.OTHER_VALUE, path, ""));
                }
            }
        });
        return new OwnedComparison(withMarkers(missing, wanted.data()), differences);
    }

    /** A marker alone is nothing to write, and what is written of a component needs it. */
    private static OwnedData withMarkers(SortedMap<String, Object> missing, OwnedData wanted) {
        SortedMap<String, Object> all = new TreeMap<>();
        missing.forEach((path, value) -> {
            if (!path.endsWith(MARKER)) {
                all.put(path, value);
                for (int dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
                    String marker = path.substring(0, dot) + MARKER;
                    if (wanted.value(marker) != null) {
                        all.put(marker, wanted.value(marker));
                    }
                }
            }
        });
        return new OwnedData(all);
    }

    /** True when nothing is missing and nothing differs. */
    public boolean isEqual() {
        return missing.values().isEmpty() && differences.isEmpty();
    }
}
