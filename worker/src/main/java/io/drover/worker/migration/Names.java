package io.drover.worker.migration;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names in an IN list of one size, so that there is one statement to prepare; the last name fills what is left. */
final class Names {
    /** As many as a page of migrations has at most. */
    static final int MOST = 500;

    private Names() {}

    static String condition(String column) {
        StringBuilder list = new StringBuilder(column + " IN (");
        for (int i = 0; i < MOST; i++) {
            list.append(i == 0 ? "" : ", ").append("#{n").append(i).append('}');
        }
        return list.append(')').toString();
    }

    static Map<String, Object> values(List<String> names) {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < MOST; i++) {
            values.put("n" + i, names.get(Math.min(i, names.size() - 1)));
        }
        return values;
    }
}
