package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.http.ChangeCounter;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** {@code POST /devices}: up to 100 creations, updates and deletions, each of which succeeds or fails by itself. */
final class BulkOperations {
    static final int MAX_ITEMS = 100;

    private final HubResponses responses;
    private final TwinOperations twins;
    private final Clock clock;

    BulkOperations(HubResponses responses, TwinOperations twins, Clock clock) {
        this.responses = responses;
        this.twins = twins;
        this.clock = clock;
    }

    /** How many identity operations the request is, for the throttle, which counts every device. */
    static int items(RoutingContext request) {
        return Math.max(1, Math.min(MAX_ITEMS, itemsOf(request).size()));
    }

    private static JsonArray itemsOf(RoutingContext request) {
        JsonArray items = request.body().asJsonArray();
        if (items == null) {
            throw new HubException(HubError.ARGUMENT_INVALID, "The body must be an array of devices.");
        }
        return items;
    }

    void run(Hub hub, RoutingContext request) {
        JsonArray items = itemsOf(request);
        if (items.size() > MAX_ITEMS) {
            throw new HubException(HubError.TOO_MANY_DEVICES, "At most " + MAX_ITEMS + " devices at a time.");
        }
        Set<String> seen = new HashSet<>();
        JsonArray errors = new JsonArray();
        for (int i = 0; i < items.size(); i++) {
            JsonObject item = items.getJsonObject(i);
            String key = item.getString("id") + "/" + item.getString("moduleId");
            Optional<HubException> refused = seen.add(key)
                    ? attempt(hub, item)
                    : Optional.of(new HubException(
                            HubError.DEVICE_DEFINED_MULTIPLE_TIMES, "The device is in the list more than once."));
            refused.ifPresent(refusal -> errors.add(error(item, refusal)));
        }
        if (errors.size() < items.size()) {
            ChangeCounter.partly(request);
        }
        JsonObject result = new JsonObject()
                .put("isSuccessful", errors.isEmpty())
                .put("errors", errors)
                .put("warnings", new JsonArray());
        responses.json(request, errors.isEmpty() ? 200 : 400, result);
    }

    private static JsonObject error(JsonObject item, HubException refusal) {
        JsonObject error = new JsonObject()
                .put("deviceId", item.getString("id"))
                .put("errorCode", refusal.error().codeName())
                .put("errorStatus", refusal.getMessage())
                .put("operation", item.getString("importMode"));
        return item.getString("moduleId") == null ? error : error.put("moduleId", item.getString("moduleId"));
    }

    private Optional<HubException> attempt(Hub hub, JsonObject item) {
        try {
            apply(hub, item);
            return Optional.empty();
        } catch (HubException refused) {
            return Optional.of(refused);
        } catch (ClassCastException notThatType) {
            return Optional.of(
                    new HubException(HubError.ARGUMENT_INVALID, "A field has another type than documented."));
        }
    }

    private void apply(Hub hub, JsonObject item) {
        String deviceId = item.getString("id", "");
        String moduleId = item.getString("moduleId");
        if (!HubDevice.isDeviceId(deviceId) || (moduleId != null && !HubDevice.isDeviceId(moduleId))) {
            throw new HubException(HubError.ARGUMENT_INVALID, "Invalid device or module id.");
        }
        String clientId = moduleId == null ? deviceId : deviceId + "/" + moduleId;
        String mode = item.getString("importMode", "create");
        switch (mode) {
            case "create" -> create(hub, deviceId, moduleId, item);
            case "update", "updateIfMatchETag" -> update(identity(hub, clientId), mode, hub, item);
            case "updateTwin", "updateTwinIfMatchETag" -> updateTwin(hub, identity(hub, clientId), mode, item);
            case "delete", "deleteIfMatchETag" -> {
                HubDevice device = identity(hub, clientId);
                checkEtag(mode, item.getString("eTag"), RegistryJson.etag(device));
                if (moduleId == null) {
                    hub.delete(deviceId);
                } else {
                    hub.deleteModule(identity(hub, deviceId), moduleId);
                }
            }
            default -> throw new HubException(HubError.ARGUMENT_INVALID, "There is no importMode '" + mode + "'.");
        }
    }

    private static HubDevice identity(Hub hub, String clientId) {
        return hub.identity(clientId).orElseThrow(() -> Hub.notFound(clientId));
    }

    private void create(Hub hub, String deviceId, String moduleId, JsonObject item) {
        IdentitySettings settings = IdentityReader.read(item, null, hub::newCredential);
        HubDevice device = moduleId == null
                ? RegistryOperations.create(hub, deviceId, settings)
                : RegistryOperations.create(hub, deviceId, moduleId, settings);
        device.update(settings, clock.instant());
        twins.apply(hub, device, item, false);
    }

    private void update(HubDevice device, String mode, Hub hub, JsonObject item) {
        checkEtag(mode, item.getString("eTag"), RegistryJson.etag(device));
        device.update(IdentityReader.read(item, device.settings(), hub::newCredential), clock.instant());
    }

    private void updateTwin(Hub hub, HubDevice device, String mode, JsonObject item) {
        String etag = item.getString("twinETag", item.getString("eTag"));
        checkEtag(mode, etag, RegistryJson.twinEtag(device));
        twins.apply(hub, device, item, false);
    }

    private static void checkEtag(String mode, String given, String present) {
        if (mode.endsWith("IfMatchETag") && !(given != null && HubRestApi.matches(given, present))) {
            throw new HubException(HubError.PRECONDITION_FAILED, "The etag does not match.");
        }
    }
}
