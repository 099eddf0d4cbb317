package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;

/** Identities, queries and statistics of the hub's REST API. Faults are thrown as {@link HubException}. */
final class RegistryOperations {
    private static final int DEFAULT_PAGE = 100;
    private static final int MAX_PAGE = 1000;

    private final Vertx vertx;
    private final HubResponses responses;

    RegistryOperations(Vertx vertx, HubResponses responses) {
        this.vertx = vertx;
        this.responses = responses;
    }

    void get(Hub hub, RoutingContext request) {
        responses.json(request, RegistryJson.identity(HubRestApi.deviceOf(hub, request)));
    }

    void put(Hub hub, RoutingContext request) {
        String deviceId = request.pathParam("id");
        JsonObject body = HubRestApi.objectOf(request);
        if (!HubDevice.isDeviceId(deviceId) || !deviceId.equals(body.getString("deviceId", deviceId))) {
            throw new HubException(HubError.ARGUMENT_INVALID, "Invalid device id, or not the one in the URL.");
        }
        boolean enabled = switch (body.getString("status", "enabled")) {
            case "enabled" -> true;
            case "disabled" -> false;
            default -> throw new HubException(HubError.ARGUMENT_INVALID, "status is enabled or disabled.");
        };
        HubDevice device;
        if (request.request().getHeader("If-Match") == null) {
            device = hub.create(deviceId, credential(body, hub.newCredential()))
                    .orElseThrow(() -> new HubException(
                            HubError.DEVICE_ALREADY_EXISTS,
                            "A device with ID '" + deviceId + "' is already registered."));
        } else {
            device = HubRestApi.deviceOf(hub, request);
            HubRestApi.checkMatch(request, device.etag());
        }
        device.update(credential(body, device.credential()), enabled);
        responses.json(request, RegistryJson.identity(device));
    }

    private static DeviceCredential credential(JsonObject body, DeviceCredential otherwise) {
        JsonObject authentication = body.getJsonObject("authentication");
        if (authentication == null) {
            return otherwise;
        }
        if (!"sas".equals(authentication.getString("type", "sas"))) {
            throw new HubException(HubError.ARGUMENT_INVALID, "The emulator takes authentication type sas only.");
        }
        JsonObject keys = authentication.getJsonObject("symmetricKey", new JsonObject());
        String primary = keys.getString("primaryKey");
        String secondary = keys.getString("secondaryKey");
        if (primary == null && secondary == null) {
            return otherwise;
        }
        if (primary == null || secondary == null || !SymmetricKey.isKey(primary) || !SymmetricKey.isKey(secondary)) {
            throw new HubException(HubError.ARGUMENT_INVALID, "Both keys must be base64 of 16 to 64 bytes.");
        }
        return new DeviceCredential(new SymmetricKey(primary, secondary));
    }

    void delete(Hub hub, RoutingContext request) {
        HubDevice device = HubRestApi.deviceOf(hub, request);
        HubRestApi.checkMatch(request, device.etag());
        hub.delete(device.deviceId());
        request.response().setStatusCode(204).end();
    }

    void statistics(Hub hub, RoutingContext request) {
        long total = 0;
        long enabled = 0;
        for (HubDevice device : (Iterable<HubDevice>) hub.devices()::iterator) {
            total++;
            enabled += device.enabled() ? 1 : 0;
        }
        responses.json(
                request,
                new JsonObject()
                        .put("totalDeviceCount", total)
                        .put("enabledDeviceCount", enabled)
                        .put("disabledDeviceCount", total - enabled));
    }

    void service(Hub hub, RoutingContext request) {
        long connected = hub.devices()
                .filter(device -> device.connectionState() == ConnectionState.CONNECTED)
                .count();
        responses.json(request, new JsonObject().put("connectedDeviceCount", connected));
    }

    /** Answers one page; {@code x-ms-continuation} names the next and holds for the same query only. */
    void query(Hub hub, RoutingContext request) {
        String text = HubRestApi.objectOf(request).getString("query");
        if (text == null) {
            throw new HubException(HubError.ARGUMENT_INVALID, "The body must have a query.");
        }
        HubQuery query = HubQueryParser.parse(text);
        int size = pageSize(request.request().getHeader("x-ms-max-item-count"));
        String continuation = request.request().getHeader("x-ms-continuation");
        String after = continuation == null || continuation.isEmpty() ? null : afterOf(continuation, text);
        // Off the event loop: a condition few devices meet may look at all of them.
        vertx.executeBlocking(() -> page(hub, query, after, size), false)
                .onSuccess(found -> answerPage(request, query, text, found, size))
                .onFailure(request::fail);
    }

    private static List<HubDevice> page(Hub hub, HubQuery query, String after, int size) {
        Stream<HubDevice> rest = after == null ? hub.devices() : hub.devicesAfter(after);
        return rest.filter(query.condition()).limit(size + 1L).toList();
    }

    private void answerPage(RoutingContext request, HubQuery query, String text, List<HubDevice> found, int size) {
        JsonArray rows = new JsonArray();
        found.stream().limit(size).map(query::row).forEach(rows::add);
        if (found.size() > size) {
            String next = continuation(found.get(size - 1).deviceId(), text);
            request.response().putHeader("x-ms-continuation", next);
        }
        request.response().putHeader("x-ms-item-type", query.columns().isEmpty() ? "Twin" : "Raw");
        responses.json(request, rows);
    }

    private static int pageSize(String header) {
        if (header == null) {
            return DEFAULT_PAGE;
        }
        try {
            int size = Integer.parseInt(header);
            if (size >= 1 && size <= MAX_PAGE) {
                return size;
            }
        } catch (NumberFormatException notANumber) {
            // answered below like a number out of range
        }
        throw new HubException(HubError.ARGUMENT_INVALID, "x-ms-max-item-count must be 1 to " + MAX_PAGE + ".");
    }

    private static String continuation(String lastId, String query) {
        String plain = Integer.toHexString(query.hashCode()) + ":" + lastId;
        return Base64.getEncoder().encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    }

    private static String afterOf(String continuation, String query) {
        try {
            String plain = new String(Base64.getDecoder().decode(continuation), StandardCharsets.UTF_8);
            String prefix = Integer.toHexString(query.hashCode()) + ":";
            if (plain.startsWith(prefix)) {
                return plain.substring(prefix.length());
            }
        } catch (IllegalArgumentException notBase64) {
            // answered below like a token of another query
        }
        throw new HubException(HubError.ARGUMENT_INVALID, "The continuation token does not belong to this query.");
    }
}
