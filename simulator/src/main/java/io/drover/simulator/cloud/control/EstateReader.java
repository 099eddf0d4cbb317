package io.drover.simulator.cloud.control;

import io.drover.simulator.cloud.Estate;
import io.drover.simulator.cloud.central.DeviceTemplate;
import io.drover.simulator.cloud.hub.HubDevice;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** Reads an estate strictly: collects every mistake with its place instead of stopping at the first. */
final class EstateReader {
    private static final String NAME = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
    private static final String GROUP = "[A-Za-z0-9][A-Za-z0-9._:-]{0,127}";
    private static final String DEFAULT_GROUP = "rehearsal";
    private static final int MAX_DEVICES = 1_000_000;
    private static final Set<String> SKUS = Set.of("F1", "B1", "B2", "B3", "S1", "S2", "S3");
    private static final Set<String> MOVES = Set.of("component", "root", "none");

    private final List<String> mistakes = new ArrayList<>();
    private final IdentityReader identities = new IdentityReader(this);

    List<String> mistakes() {
        return mistakes;
    }

    void mistake(String text) {
        mistakes.add(text);
    }

    /** The estate; worth using only when there are no {@link #mistakes()}. */
    Estate read(JsonObject json) {
        onlyKeys(
                json,
                "",
                "tenantId",
                "servicePrincipals",
                "users",
                "apis",
                "subscriptions",
                "hubs",
                "provisioningServices",
                "applications");
        Estate estate = new Estate(
                text(json, "tenantId", "", null),
                list(json, "servicePrincipals", "", identities::principal),
                list(json, "users", "", identities::user),
                list(json, "apis", "", identities::api),
                list(json, "subscriptions", "", this::subscription),
                list(json, "hubs", "", this::hub),
                list(json, "provisioningServices", "", this::provisioning),
                list(json, "applications", "", this::application));
        boolean resources = !estate.hubs().isEmpty()
                || !estate.provisioningServices().isEmpty()
                || !estate.applications().isEmpty();
        if (resources && estate.subscriptions().isEmpty()) {
            mistakes.add("subscriptions: name at least one, as resources live in the first");
        }
        return estate;
    }

    private Estate.SubscriptionSpec subscription(JsonObject json, String place) {
        onlyKeys(json, place, "subscriptionId", "displayName");
        return new Estate.SubscriptionSpec(
                text(json, "subscriptionId", place, null), text(json, "displayName", place, "Subscription"));
    }

    private Estate.HubSpec hub(JsonObject json, String place) {
        onlyKeys(json, place, "name", "resourceGroup", "sku", "units");
        String sku = text(json, "sku", place, "S1");
        if (!SKUS.contains(sku)) {
            mistakes.add(place + ".sku: '" + sku + "' is not one of " + sorted(SKUS));
        }
        Object units = json.getValue("units", 1);
        if (!(units instanceof Integer count) || count < 1 || count > 200) {
            mistakes.add(place + ".units: must be a whole number from 1 to 200");
            units = 1;
        }
        return new Estate.HubSpec(
                name(json, "name", place), text(json, "resourceGroup", place, DEFAULT_GROUP), sku, (Integer) units);
    }

    private Estate.ProvisioningSpec provisioning(JsonObject json, String place) {
        onlyKeys(json, place, "name", "resourceGroup", "linkedHubs", "enrollmentGroups");
        List<String> groups = texts(json, "enrollmentGroups", place);
        groups.stream()
                .filter(group -> !group.matches(GROUP))
                .forEach(group -> mistakes.add(place + ".enrollmentGroups: '" + group + "' cannot be a group's id"));
        return new Estate.ProvisioningSpec(
                name(json, "name", place),
                text(json, "resourceGroup", place, DEFAULT_GROUP),
                texts(json, "linkedHubs", place),
                groups);
    }

    private Estate.ApplicationSpec application(JsonObject json, String place) {
        onlyKeys(
                json,
                place,
                "subdomain",
                "displayName",
                "resourceGroup",
                "deviceTemplates",
                "deviceGroups",
                "roles",
                "devices");
        String subdomain = name(json, "subdomain", place);
        return new Estate.ApplicationSpec(
                subdomain,
                text(json, "displayName", place, subdomain),
                text(json, "resourceGroup", place, DEFAULT_GROUP),
                list(json, "deviceTemplates", place, this::template),
                list(json, "deviceGroups", place, this::group),
                list(json, "roles", place, identities::role),
                list(json, "devices", place, this::devices));
    }

    private Estate.DevicesSpec devices(JsonObject json, String place) {
        onlyKeys(json, place, "template", "prefix", "count");
        if (!(json.getValue("count") instanceof Integer count) || count < 1 || count > MAX_DEVICES) {
            mistakes.add(place + ".count: must be a whole number from 1 to " + MAX_DEVICES);
            return new Estate.DevicesSpec("", "", 0);
        }
        String prefix = text(json, "prefix", place, null);
        if (!prefix.isEmpty() && !HubDevice.isDeviceId(prefix + "000000")) {
            mistakes.add(place + ".prefix: '" + prefix + "' cannot begin a device id");
        }
        return new Estate.DevicesSpec(text(json, "template", place, null), prefix, count);
    }

    private Estate.TemplateSpec template(JsonObject json, String place) {
        onlyKeys(json, place, "id", "displayName", "move", "document");
        String id = text(json, "id", place, null);
        String move = text(json, "move", place, "component");
        if (!MOVES.contains(move)) {
            mistakes.add(place + ".move: '" + move + "' is not one of " + sorted(MOVES));
        }
        return new Estate.TemplateSpec(id, text(json, "displayName", place, id), move, document(json, id, place));
    }

    private JsonObject document(JsonObject json, String id, String place) {
        if (!json.containsKey("document")) {
            return null;
        }
        if (json.getValue("document") instanceof JsonObject document) {
            try {
                DeviceTemplate.of(id, document);
                return document;
            } catch (IllegalArgumentException | ClassCastException refused) {
                mistakes.add(place + ".document: " + refused.getMessage());
                return null;
            }
        }
        mistakes.add(place + ".document: must be an object");
        return null;
    }

    private Estate.GroupSpec group(JsonObject json, String place) {
        onlyKeys(json, place, "id", "displayName", "filter");
        String id = text(json, "id", place, null);
        return new Estate.GroupSpec(
                id, text(json, "displayName", place, id), text(json, "filter", place, "SELECT * FROM devices"));
    }

    private String name(JsonObject json, String key, String place) {
        String value = text(json, key, place, null);
        if (!value.isEmpty() && !value.matches(NAME)) {
            mistakes.add(path(place, key) + ": '" + value + "' is not a resource name (letters, digits, dashes)");
        }
        return value;
    }

    String text(JsonObject json, String key, String place, String otherwise) {
        Object value = json.getValue(key, otherwise);
        if (value instanceof String text && !text.isBlank()) {
            return text;
        }
        mistakes.add(path(place, key) + ": " + (value == null ? "is missing" : "must be a text that is not empty"));
        return "";
    }

    List<String> texts(JsonObject json, String key, String place) {
        Object value = json.getValue(key, new JsonArray());
        if (value instanceof JsonArray array && array.stream().allMatch(String.class::isInstance)) {
            return array.stream().map(String.class::cast).toList();
        }
        mistakes.add(path(place, key) + ": must be a list of texts");
        return List.of();
    }

    <T> List<T> list(JsonObject json, String key, String place, BiFunction<JsonObject, String, T> reader) {
        Object value = json.getValue(key, new JsonArray());
        if (!(value instanceof JsonArray array)) {
            mistakes.add(path(place, key) + ": must be a list");
            return List.of();
        }
        List<T> items = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            String item = path(place, key) + "[" + i + "]";
            if (array.getValue(i) instanceof JsonObject object) {
                items.add(reader.apply(object, item));
            } else {
                mistakes.add(item + ": must be an object");
            }
        }
        return items;
    }

    void onlyKeys(JsonObject json, String place, String... known) {
        Set<String> keys = Set.of(known);
        for (String key : json.fieldNames()) {
            if (!keys.contains(key)) {
                mistakes.add(path(place, key) + ": unknown key; the keys here are " + String.join(", ", known));
            }
        }
    }

    static String sorted(Set<String> values) {
        return values.stream().sorted().collect(Collectors.joining(", "));
    }

    private static String path(String place, String key) {
        return place.isEmpty() ? key : place + "." + key;
    }
}
