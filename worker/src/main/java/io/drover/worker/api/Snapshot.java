package io.drover.worker.api;

import io.vertx.core.buffer.Buffer;
import java.util.HashMap;
import java.util.Map;

/** How things stand as one event, made into what goes over the wire once for all who hear it. Confined to one event loop. */
final class Snapshot {
    private final String kind;
    private final String json;
    private final Map<Long, Buffer> wires = new HashMap<>();

    Snapshot(String kind, String json) {
        this.kind = kind;
        this.json = json;
    }

    String kind() {
        return kind;
    }

    boolean says(String text) {
        return json.equals(text);
    }

    String json() {
        return json;
    }

    /** As a listener gets it whose last audit record has this sequence. */
    Buffer wire(long id) {
        return wires.computeIfAbsent(id, key -> EventStream.event(kind, id, json));
    }
}
