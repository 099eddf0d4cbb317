package io.drover.worker.api;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.discovery.VisibleEstate;
import io.drover.worker.discovery.VisibleEstate.Contents;
import io.drover.worker.discovery.VisibleEstate.Estate;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** What the worker's client sees in Azure; asked for once in half a minute however many want to know. Confined to one event loop. */
final class EstateOperations {
    private static final Duration FRESH = Duration.ofSeconds(30);
    private static final int MOST = 50;

    private final Serving serving;
    private final VisibleEstate estate;
    private final Map<String, Seen> seen = new LinkedHashMap<>();

    private record Seen(Instant at, Future<JsonObject> answer) {}

    EstateOperations(Serving serving) {
        this.serving = serving;
        this.estate = new VisibleEstate(serving.azure());
    }

    void addTo(Map<String, Operation> operations) {
        operations.put("getEstate", call -> once("", () -> estate.read().map(EstateOperations::json)));
        operations.put("getApplication", call -> {
            String name = call.path("application");
            return once(
                    name,
                    () -> estate.contents(name)
                            .map(contents -> json(name, contents))
                            .recover(cause -> unknown(name, cause)));
        });
    }

    private static Future<JsonObject> unknown(String name, Throwable cause) {
        return cause instanceof AzureException refused && refused.status() == 404
                ? Future.failedFuture(Call.notFound("There is no IoT Central application '" + name + "'."))
                : Future.failedFuture(cause);
    }

    private Future<Answer> once(String key, Supplier<Future<JsonObject>> reading) {
        Instant now = serving.clock().instant();
        seen.values()
                .removeIf(one -> one.at().plus(FRESH).isBefore(now)
                        || (one.answer().isComplete() && one.answer().failed()));
        if (seen.size() >= MOST && !seen.containsKey(key)) {
            seen.remove(seen.keySet().iterator().next());
        }
        return seen.computeIfAbsent(key, missing -> new Seen(now, reading.get()))
                .answer()
                .map(Answer::ok);
    }

    private static JsonObject json(Estate estate) {
        JsonArray subscriptions = new JsonArray();
        estate.subscriptions()
                .forEach(one ->
                        subscriptions.add(new JsonObject().put("id", one.id()).put("name", one.displayName())));
        JsonArray applications = new JsonArray();
        estate.applications()
                .forEach(one -> applications.add(new JsonObject()
                        .put("name", one.resource().subdomain())
                        .put("displayName", one.resource().displayName())
                        .put("subscription", one.subscription())
                        .put("location", null)));
        JsonArray services = new JsonArray();
        estate.services()
                .forEach(one -> services.add(new JsonObject()
                        .put("name", one.resource().name())
                        .put("subscription", one.subscription())
                        .put("idScope", one.resource().idScope())
                        .put("state", one.resource().state())
                        .put("hubs", new JsonArray(one.resource().linkedHubs()))));
        JsonArray hubs = new JsonArray();
        estate.hubs()
                .forEach(one -> hubs.add(new JsonObject()
                        .put("name", one.resource().name())
                        .put("subscription", one.subscription())
                        .put("sku", one.resource().sku())
                        .put("units", one.resource().units())
                        .put("state", one.resource().state())));
        return new JsonObject()
                .put("subscriptions", subscriptions)
                .put("applications", applications)
                .put("provisioningServices", services)
                .put("hubs", hubs);
    }

    private static JsonObject json(String name, Contents contents) {
        JsonArray groups = new JsonArray();
        contents.groups()
                .forEach(group -> groups.add(
                        new JsonObject().put("id", group.id()).put("name", text(group.displayName(), group.id()))));
        JsonArray templates = new JsonArray();
        for (DeviceTemplate template : contents.templates()) {
            templates.add(new JsonObject()
                    .put("id", template.id())
                    .put("name", text(template.displayName(), template.id()))
                    .put("movable", template.move().isPresent())
                    .put(
                            "command",
                            template.move().map(command -> command.method()).orElse(null)));
        }
        return new JsonObject().put("name", name).put("deviceGroups", groups).put("deviceTemplates", templates);
    }

    private static String text(String name, String id) {
        return name == null ? id : name;
    }
}
