package io.drover.worker.carry;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A hub's twins and an application's devices with properties, merged and shown as documented, behind a scripted server. */
final class ScriptedTwins {
    final Map<String, JsonObject> twins = new ConcurrentHashMap<>();
    final Map<String, JsonObject> devices = new ConcurrentHashMap<>();
    final Map<String, JsonObject> properties = new ConcurrentHashMap<>();
    /** Names that no service takes a value for. */
    /** Ids of devices whose properties the application fails to show. */
    final Set<String> unreadable = ConcurrentHashMap.newKeySet();

    final Set<String> turnedDown = ConcurrentHashMap.newKeySet();

    final List<String> writes = Collections.synchronizedList(new ArrayList<>());

    void answer(HttpServerRequest request) {
        request.body().onSuccess(body -> {
            boolean empty = body.length() == 0;
            answer(request, empty ? null : new JsonObject(body));
        });
    }

    private void answer(HttpServerRequest request, JsonObject body) {
        String[] path = request.path().split("/", -1);
        String id = path[path[1].equals("api") && path.length > 3 ? 3 : 2];
        if (body != null && request.method().equals(HttpMethod.PATCH)) {
            if (turnedDown.stream().anyMatch(name -> body.encode().contains("\"" + name + "\""))) {
                reply(request, 400, new JsonObject().put("Message", "ErrorCode:ArgumentInvalid;not taken"));
                return;
            }
            writes.add(request.path() + " " + body.encode());
        }
        if (path[1].equals("devices")) {
            String query = body.getString("query");
            JsonArray found = new JsonArray();
            twins.forEach((known, twin) -> {
                if (query.contains("'" + known + "'")) {
                    found.add(twin);
                }
            });
            request.response().putHeader("content-type", "application/json").end(found.toBuffer());
        } else if (path[1].equals("twins")) {
            JsonObject twin = twins.get(id);
            reply(request, twin == null ? 404 : 200, merged(twin, body));
        } else if (request.path().endsWith("/properties") && unreadable.contains(id)) {
            reply(request, 400, new JsonObject().put("error", new JsonObject().put("code", "BadRequest")));
        } else if (request.path().endsWith("/properties")) {
            boolean component = request.path().contains("/components/");
            JsonObject all = properties.computeIfAbsent(id, first -> new JsonObject());
            if (body != null) {
                write(all, component ? path[5] : null, body);
            }
            reply(request, body == null ? 200 : 202, all);
        } else if (request.path().equals("/api/devices")) {
            JsonArray all = new JsonArray(new ArrayList<>(devices.values()));
            reply(request, 200, new JsonObject().put("value", all));
        } else {
            JsonObject device = devices.get(id);
            reply(request, device == null ? 404 : 200, merged(device, body));
        }
    }

    private static JsonObject merged(JsonObject document, JsonObject patch) {
        if (document == null) {
            return new JsonObject().put("error", new JsonObject().put("code", "NotFound"));
        }
        return patch == null ? document : document.mergeIn(patch, true);
    }

    /** Cloud properties begin with "c" here; others are writable, and shown as what was asked for. */
    private static void write(JsonObject all, String component, JsonObject values) {
        JsonObject part = component == null ? all : child(all, component);
        values.forEach(value -> {
            if (value.getKey().startsWith("c")) {
                part.put(value.getKey(), value.getValue());
                child(child(part, "$metadata"), value.getKey()).put("lastUpdateTime", "2026-01-01T00:00:00Z");
            } else {
                child(child(part, "$metadata"), value.getKey()).put("desiredValue", value.getValue());
            }
        });
    }

    private static JsonObject child(JsonObject parent, String name) {
        if (!parent.containsKey(name)) {
            parent.put(name, new JsonObject());
        }
        return parent.getJsonObject(name);
    }

    private static void reply(HttpServerRequest request, int status, JsonObject body) {
        request.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json")
                .end(body.toBuffer());
    }

    /** A twin with nothing in it but what a hub adds. */
    JsonObject twin(String id, String tags, String desired) {
        JsonObject twin = new JsonObject()
                .put("deviceId", id)
                .put("tags", new JsonObject(tags))
                .put(
                        "properties",
                        new JsonObject()
                                .put(
                                        "desired",
                                        new JsonObject(desired)
                                                .put("$version", 1)
                                                .put("$metadata", new JsonObject()))
                                .put("reported", new JsonObject().put("firmware", "1")));
        twins.put(id, twin);
        return twin;
    }

    /** A device of the application. */
    void device(String id, String displayName, String template, String organization) {
        devices.put(
                id,
                new JsonObject()
                        .put("id", id)
                        .put("displayName", displayName)
                        .put("template", template)
                        .put(
                                "organizations",
                                organization == null ? new JsonArray() : new JsonArray().add(organization))
                        .put("enabled", true));
    }

    /** Properties that a device of the application owns. */
    void owns(String id, String component, String values) {
        write(properties.computeIfAbsent(id, first -> new JsonObject()), component, new JsonObject(values));
    }
}
