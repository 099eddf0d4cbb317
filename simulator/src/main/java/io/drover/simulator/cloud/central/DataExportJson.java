package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.central.DataExport.Enrichment;
import io.drover.simulator.cloud.central.WebhookDestination.Customization;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Data export definitions in the shapes of the wire, every value checked; refusals are thrown as {@link CentralException}. */
final class DataExportJson {
    private static final String WEBHOOK = "webhook@v1";
    private static final String MASK = "*****";
    private static final int MAX_DESTINATIONS = 5;
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}");

    private DataExportJson() {}

    static WebhookDestination destination(String id, JsonObject body) {
        String type = text(body, "type");
        if (!WEBHOOK.equals(type)) {
            throw CentralException.unprocessable(
                    "This emulator delivers to destinations of type " + WEBHOOK + " only.");
        }
        return new WebhookDestination(
                id,
                text(body, "displayName"),
                url(text(body, "url")),
                customizations(body.getJsonObject("queryCustomizations")),
                customizations(body.getJsonObject("headerCustomizations")),
                authorization(body.getJsonObject("authorization")));
    }

    static DataExport export(String id, JsonObject body) {
        String source = text(body, "source");
        if (!DataExport.CONNECTIVITY.equals(source)) {
            throw CentralException.unprocessable(
                    "This emulator exports the source " + DataExport.CONNECTIVITY + " only, not '" + source + "'.");
        }
        if (!(body.getValue("enabled") instanceof Boolean enabled)) {
            throw CentralException.invalidBody("enabled is required and must be true or false.");
        }
        String filter = body.getString("filter");
        return new DataExport(
                id,
                text(body, "displayName"),
                enabled,
                filter == null ? null : DeviceFilter.parse(filter),
                enrichments(body.getJsonObject("enrichments", new JsonObject())),
                destinations(body.getJsonArray("destinations")));
    }

    /** The destination as a client may send it, secrets included: for merging a patch, never for an answer. */
    static JsonObject written(WebhookDestination destination) {
        JsonObject json = new JsonObject()
                .put("displayName", destination.displayName())
                .put("type", WEBHOOK)
                .put("url", destination.url().toString())
                .put("queryCustomizations", written(destination.query(), false))
                .put("headerCustomizations", written(destination.headers(), false));
        if (destination.authorization() != null) {
            json.put("authorization", new JsonObject().put("type", "header").put("value", destination.authorization()));
        }
        return json;
    }

    /** The destination as it is read, secrets hidden. */
    static JsonObject masked(WebhookDestination destination) {
        JsonObject json = written(destination)
                .put("id", destination.id())
                .put("queryCustomizations", written(destination.query(), true))
                .put("headerCustomizations", written(destination.headers(), true));
        if (destination.authorization() != null) {
            json.put("authorization", new JsonObject().put("type", "header").put("value", MASK));
        }
        return json;
    }

    static JsonObject written(DataExport export) {
        JsonObject enrichments = new JsonObject();
        for (Enrichment enrichment : export.enrichments()) {
            enrichments.put(
                    enrichment.name(),
                    enrichment.value() != null
                            ? new JsonObject().put("value", enrichment.value())
                            : new JsonObject().put("path", enrichment.path()));
        }
        JsonArray destinations = new JsonArray();
        export.destinations().forEach(id -> destinations.add(new JsonObject().put("id", id)));
        JsonObject json = new JsonObject()
                .put("id", export.id())
                .put("displayName", export.displayName())
                .put("enabled", export.enabled())
                .put("source", DataExport.CONNECTIVITY)
                .put("enrichments", enrichments)
                .put("destinations", destinations);
        return export.filter() == null
                ? json
                : json.put("filter", export.filter().text());
    }

    private static JsonObject written(Map<String, Customization> customizations, boolean masked) {
        JsonObject json = new JsonObject();
        new TreeMap<>(customizations)
                .forEach((name, one) -> json.put(
                        name,
                        new JsonObject()
                                .put("value", masked && one.secret() ? MASK : one.value())
                                .put("secret", one.secret())));
        return json;
    }

    private static Map<String, Customization> customizations(JsonObject json) {
        Map<String, Customization> customizations = new TreeMap<>();
        if (json != null) {
            for (String name : json.fieldNames()) {
                JsonObject one = json.getJsonObject(name);
                String value = one == null ? null : one.getString("value");
                if (value == null
                        || value.chars().anyMatch(Character::isISOControl)
                        || !HEADER_NAME.matcher(name).matches()) {
                    throw CentralException.invalidBody("The customization '" + name + "' needs a value of one line.");
                }
                customizations.put(name, new Customization(value, one.getBoolean("secret", false)));
            }
        }
        return customizations;
    }

    private static String authorization(JsonObject json) {
        if (json == null) {
            return null;
        }
        if (!"header".equals(json.getString("type"))) {
            throw CentralException.unprocessable("This emulator knows webhook authorization of type header only.");
        }
        String value = text(json, "value");
        if (value.chars().anyMatch(Character::isISOControl)) {
            throw CentralException.invalidBody("authorization.value must be one line.");
        }
        return value;
    }

    private static List<Enrichment> enrichments(JsonObject json) {
        List<Enrichment> enrichments = new ArrayList<>();
        for (String name : json.fieldNames()) {
            JsonObject one = json.getJsonObject(name);
            String value = one.getString("value");
            String path = one.getString("path");
            if (value == null && (path == null || !DataExport.PATHS.contains(path))) {
                throw CentralException.invalidBody(
                        "The enrichment '" + name + "' needs a value, or one of the paths " + DataExport.PATHS + ".");
            }
            enrichments.add(new Enrichment(name, value, value == null ? path : null));
        }
        return enrichments;
    }

    private static List<String> destinations(JsonArray json) {
        if (json == null || json.isEmpty() || json.size() > MAX_DESTINATIONS) {
            throw CentralException.invalidBody("destinations needs 1 to " + MAX_DESTINATIONS + " entries.");
        }
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < json.size(); i++) {
            JsonObject one = json.getJsonObject(i);
            if (one.containsKey("transform")) {
                throw CentralException.unprocessable("This emulator does not transform messages.");
            }
            ids.add(text(one, "id"));
        }
        return ids;
    }

    private static URI url(String text) {
        try {
            URI url = new URI(text);
            if (url.getHost() != null && ("https".equals(url.getScheme()) || "http".equals(url.getScheme()))) {
                return url;
            }
        } catch (java.net.URISyntaxException malformed) {
            // answered below, the same as an address without a host
        }
        throw CentralException.invalidBody("url must be an http or https address.");
    }

    private static String text(JsonObject json, String name) {
        Object value = json.getValue(name);
        if (value instanceof String text && !text.isBlank()) {
            return text;
        }
        throw CentralException.invalidBody(name + " is required and must be a text.");
    }
}
