package io.drover.simulator.cloud.hub;

import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Instant;
import java.util.List;

/** Device and module identities and statistics of the hub's REST API. Faults are thrown as {@link HubException}. */
final class RegistryOperations {
    private static final int MAX_LIST = 1000;

    private final Vertx vertx;
    private final HubResponses responses;
    private final Clock clock;

    RegistryOperations(Vertx vertx, HubResponses responses, Clock clock) {
        this.vertx = vertx;
        this.responses = responses;
        this.clock = clock;
    }

    void get(Hub hub, RoutingContext request) {
        answer(request, HubRestApi.identityOf(hub, request));
    }

    /** Up to {@code top} devices, 1000 at most and by default; there is no next page. */
    void list(Hub hub, RoutingContext request) {
        String top = request.request().getParam("top", Integer.toString(MAX_LIST));
        if (!top.matches("\\d{1,9}") || Integer.parseInt(top) < 1) {
            throw new HubException(HubError.ARGUMENT_INVALID, "top must be a number from 1 on.");
        }
        Instant now = clock.instant();
        JsonArray devices = new JsonArray();
        hub.devices()
                .limit(Math.min(Integer.parseInt(top), MAX_LIST))
                .forEach(device -> devices.add(RegistryJson.identity(device, now)));
        responses.json(request, devices);
    }

    /** Creates without {@code If-Match}, else updates. */
    void put(Hub hub, RoutingContext request) {
        String deviceId = request.pathParam("id");
        String moduleId = request.pathParam("mid");
        JsonObject body = HubRestApi.objectOf(request);
        checkId("deviceId", deviceId, body);
        if (moduleId != null) {
            checkId("moduleId", moduleId, body);
        }
        if (request.request().getHeader("If-Match") != null) {
            HubDevice device = HubRestApi.identityOf(hub, request);
            HubRestApi.checkMatch(request, RegistryJson.etag(device));
            device.update(IdentityReader.read(body, device.settings(), hub::newCredential), clock.instant());
            answer(request, device);
            return;
        }
        IdentitySettings settings = IdentityReader.read(body, null, hub::newCredential);
        HubDevice created =
                moduleId == null ? create(hub, deviceId, settings) : create(hub, deviceId, moduleId, settings);
        created.update(settings, clock.instant());
        answer(request, created);
    }

    private static void checkId(String name, String id, JsonObject body) {
        if (!HubDevice.isDeviceId(id) || !id.equals(body.getString(name, id))) {
            throw new HubException(HubError.ARGUMENT_INVALID, "Invalid " + name + ", or not the one in the URL.");
        }
    }

    static HubDevice create(Hub hub, String deviceId, IdentitySettings settings) {
        return hub.create(deviceId, settings.credential())
                .orElseThrow(() -> new HubException(
                        HubError.DEVICE_ALREADY_EXISTS, "A device with ID '" + deviceId + "' is already registered."));
    }

    static HubDevice create(Hub hub, String deviceId, String moduleId, IdentitySettings settings) {
        HubDevice device = hub.device(deviceId).orElseThrow(() -> Hub.notFound(deviceId));
        return hub.createModule(device, moduleId, settings.credential())
                .orElseThrow(() -> new HubException(
                        HubError.MODULE_ALREADY_EXISTS,
                        "A module with ID '" + moduleId + "' is already registered on device '" + deviceId + "'."));
    }

    void delete(Hub hub, RoutingContext request) {
        HubDevice device = HubRestApi.identityOf(hub, request);
        HubRestApi.checkMatch(request, RegistryJson.etag(device));
        if (device.moduleId() == null) {
            hub.delete(device.deviceId());
        } else {
            hub.device(device.deviceId()).ifPresent(owner -> hub.deleteModule(owner, device.moduleId()));
        }
        request.response().setStatusCode(204).end();
    }

    void modules(Hub hub, RoutingContext request) {
        Instant now = clock.instant();
        List<JsonObject> modules = HubRestApi.identityOf(hub, request).modules().stream()
                .map(module -> RegistryJson.identity(module, now))
                .toList();
        responses.json(request, new JsonArray(modules));
    }

    private void answer(RoutingContext request, HubDevice device) {
        request.response().putHeader("ETag", "\"" + RegistryJson.etag(device) + "\"");
        responses.json(request, RegistryJson.identity(device, clock.instant()));
    }

    void statistics(Hub hub, RoutingContext request) {
        vertx.executeBlocking(
                        () -> {
                            long enabled =
                                    hub.devices().filter(HubDevice::enabled).count();
                            long total = Math.max(enabled, hub.deviceCount());
                            return new JsonObject()
                                    .put("totalDeviceCount", total)
                                    .put("enabledDeviceCount", enabled)
                                    .put("disabledDeviceCount", total - enabled);
                        },
                        false)
                .onSuccess(counts -> responses.json(request, counts))
                .onFailure(request::fail);
    }

    void service(Hub hub, RoutingContext request) {
        vertx.executeBlocking(
                        () -> hub.devices()
                                .filter(device -> device.connectionState() == ConnectionState.CONNECTED)
                                .count(),
                        false)
                .onSuccess(
                        connected -> responses.json(request, new JsonObject().put("connectedDeviceCount", connected)))
                .onFailure(request::fail);
    }
}
