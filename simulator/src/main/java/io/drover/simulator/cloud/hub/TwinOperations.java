package io.drover.simulator.cloud.hub;

import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;

/** Twins and direct methods of the hub's REST API. Faults are thrown as {@link HubException}. */
final class TwinOperations {
    private final HubResponses responses;
    private final Clock clock;

    TwinOperations(HubResponses responses, Clock clock) {
        this.responses = responses;
        this.clock = clock;
    }

    void get(Hub hub, RoutingContext request) {
        hub.requireDeviceManagement();
        answer(request, HubRestApi.identityOf(hub, request));
    }

    /** Merges tags and desired properties. */
    void patch(Hub hub, RoutingContext request) {
        change(hub, request, false);
    }

    /** Replaces tags and desired properties, those that are given. */
    void put(Hub hub, RoutingContext request) {
        change(hub, request, true);
    }

    private void change(Hub hub, RoutingContext request, boolean replace) {
        hub.requireDeviceManagement();
        HubDevice device = HubRestApi.identityOf(hub, request);
        HubRestApi.checkMatch(request, RegistryJson.twinEtag(device));
        apply(hub, device, HubRestApi.objectOf(request), replace);
        answer(request, device);
    }

    private void answer(RoutingContext request, HubDevice device) {
        request.response().putHeader("ETag", "\"" + RegistryJson.twinEtag(device) + "\"");
        responses.json(request, RegistryJson.twin(device, clock.instant()));
    }

    /**
     * Puts the tags and desired properties of a twin's JSON into the device's twin. A connected device that subscribed is told the
     * patch, or after a replacement the whole new document.
     */
    void apply(Hub hub, HubDevice device, JsonObject twin, boolean replace) {
        JsonObject tags = twin.getJsonObject("tags");
        JsonObject properties = twin.getJsonObject("properties");
        JsonObject desired = properties == null ? null : properties.getJsonObject("desired");
        if (tags == null && desired == null) {
            return;
        }
        hub.requireDeviceManagement();
        if (tags != null && replace) {
            device.twin().replaceTags(tags);
        } else if (tags != null) {
            device.twin().patchTags(tags);
        }
        if (desired != null) {
            hub.changeDesired(device, desired, replace, clock.instant());
        }
    }

    /** Calls a direct method; HTTP 200 says only that the device answered, its own status is in the body. */
    void invoke(Hub hub, RoutingContext request) {
        hub.requireDeviceManagement();
        DirectMethod method = DirectMethod.read(HubRestApi.objectOf(request));
        method.invoke(hub, HubRestApi.clientIdOf(request))
                .onSuccess(result -> responses.json(request, DirectMethod.json(result)))
                .onFailure(request::fail);
    }
}
