package io.drover.worker.api;

import io.drover.worker.web.ProblemException;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Where a page ended, as a text that callers hand back and need not understand: the position's parts, the first of which tells the
 * list and its order.
 */
final class Cursors {
    private Cursors() {}

    static String of(Object... parts) {
        JsonArray array = new JsonArray();
        for (Object part : parts) {
            array.add(part);
        }
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(array.encode().getBytes(StandardCharsets.UTF_8));
    }

    /** The parts, or null for no cursor; throws {@link ProblemException} for one of another list. */
    static JsonArray read(String cursor, String list, Class<?>... types) {
        if (cursor == null || cursor.isEmpty()) {
            return null;
        }
        try {
            JsonArray parts = new JsonArray(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8));
            boolean fits = parts.size() == types.length + 1 && list.equals(parts.getValue(0));
            for (int i = 0; fits && i < types.length; i++) {
                fits = types[i] == Long.class
                        ? parts.getValue(i + 1) instanceof Number
                        : types[i].isInstance(parts.getValue(i + 1));
            }
            if (fits) {
                return parts;
            }
        } catch (IllegalArgumentException | DecodeException | ClassCastException notOurs) {
            // Told below, as any other text that is not a cursor.
        }
        throw new ProblemException(
                400,
                "cursor",
                "The cursor does not fit",
                "Take next of the page before, with the same sort; or leave cursor out for the first page.");
    }
}
