package io.drover.worker.migration;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Names in an IN list of a few sizes, so that there are few statements to prepare; the last name fills what is left. One name, which is
 * asked for the most, makes no long statement.
 */
final class Names {
    /** As many as a page of migrations has at most. */
    static final int MOST = 500;

    private static final int[] SIZES = {1, 50, MOST};

    private Names() {}

    /** {@code names} are 1 to {@link #MOST}. */
    static String condition(String column, List<String> names) {
        StringBuilder list = new StringBuilder(column + " IN (");
        for (int i = 0; i < size(names); i++) {
            list.append(i == 0 ? "" : ", ").append("#{n").append(i).append('}');
        }
        return list.append(')').toString();
    }

    static Map<String, Object> values(List<String> names) {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < size(names); i++) {
            values.put("n" + i, names.get(Math.min(i, names.size() - 1)));
        }
        return values;
    }

    private static int size(List<String> names) {
        for (int size : SIZES) {
            if (names.size() <= size) {
                return size;
            }
        }
        throw new IllegalArgumentException("More than " + MOST + " names: " + names.size());
    }
}
