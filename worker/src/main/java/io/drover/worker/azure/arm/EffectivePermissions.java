package io.drover.worker.azure.arm;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What the signed-in principal may do with one resource, as Microsoft.Authorization's "Permissions - List For Resource" tells it. An
 * action is granted by an entry that names it and does not except it.
 */
public record EffectivePermissions(List<Entry> entries) {
    public EffectivePermissions {
        entries = List.copyOf(entries);
    }

    /** Patterns of actions, in which {@code *} stands for anything. */
    public record Entry(
            List<String> actions, List<String> notActions, List<String> dataActions, List<String> notDataActions) {}

    static EffectivePermissions of(List<JsonObject> items) {
        return new EffectivePermissions(items.stream()
                .map(item -> new Entry(
                        texts(item, "actions"),
                        texts(item, "notActions"),
                        texts(item, "dataActions"),
                        texts(item, "notDataActions")))
                .toList());
    }

    /** Whether an action of the resource manager is granted. */
    public boolean grant(String action) {
        return entries.stream()
                .anyMatch(entry -> covers(entry.actions(), action) && !covers(entry.notActions(), action));
    }

    /** Whether an action of the service itself is granted. */
    public boolean grantData(String action) {
        return entries.stream()
                .anyMatch(entry -> covers(entry.dataActions(), action) && !covers(entry.notDataActions(), action));
    }

    private static boolean covers(List<String> patterns, String action) {
        String asked = action.toLowerCase(Locale.ROOT);
        return patterns.stream()
                .anyMatch(pattern -> Pattern.matches(
                        Pattern.quote(pattern.toLowerCase(Locale.ROOT)).replace("*", "\\E.*\\Q"), asked));
    }

    private static List<String> texts(JsonObject item, String key) {
        return item.getJsonArray(key, new JsonArray()).stream()
                .map(String::valueOf)
                .toList();
    }
}
