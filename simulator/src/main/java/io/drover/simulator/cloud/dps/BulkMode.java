package io.drover.simulator.cloud.dps;

import java.util.Arrays;
import java.util.Optional;

/** What a bulk operation does with each of its enrollments. */
enum BulkMode {
    CREATE("create"),
    UPDATE("update"),
    UPDATE_IF_MATCH("updateIfMatchETag"),
    DELETE("delete");

    private final String wireName;

    BulkMode(String wireName) {
        this.wireName = wireName;
    }

    static Optional<BulkMode> named(String wireName) {
        return Arrays.stream(values())
                .filter(mode -> mode.wireName.equals(wireName))
                .findFirst();
    }
}
