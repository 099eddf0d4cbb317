package io.drover.simulator.cloud.hub.query;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** What a query looks at: a twin of a device or module, or a device's part in a job. */
public interface QueryRow {
    /** Stands for a value that is not there; JSON's null is Java's null. */
    Object UNDEFINED = new Object() {
        @Override
        public String toString() {
            return "undefined";
        }
    };

    /** Orders the rows of one source and names each. */
    String key();

    /** The value at the path, or {@link #UNDEFINED}. */
    Object value(List<String> path);

    /** What {@code SELECT *} gives. */
    JsonObject whole();
}
