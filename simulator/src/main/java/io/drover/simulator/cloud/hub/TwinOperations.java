package io.drover.simulator.cloud.hub;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.time.Duration;
import java.util.regex.Pattern;

/** Twins and direct methods of the hub's REST API. Faults are thrown as {@link HubException}. */
final class TwinOperations {
    private static final int MAX_PAYLOAD = 128 * 1024;
    /** What can stand as one level of a topic. */
    private static final Pattern METHOD_NAME = Pattern.compile("[^/+#\\p{Cntrl}]{1,100}");

    private final HubResponses responses;
    private final Clock clock;

    TwinOperations(HubResponses responses, Clock clock) {
        this.responses = responses;
        this.clock = clock;
    }

    void get(Hub hub, RoutingContext request) {
        responses.json(request, RegistryJson.twin(HubRestApi.deviceOf(hub, request)));
    }

    /** Merges tags and desired properties; a connected device that subscribed is told of the latter. */
    void patch(Hub hub, RoutingContext request) {
        HubDevice device = HubRestApi.deviceOf(hub, request);
        HubRestApi.checkMatch(request, RegistryJson.twinEtag(device));
        JsonObject body = HubRestApi.objectOf(request);
        JsonObject tags = body.getJsonObject("tags");
        JsonObject desired = body.getJsonObject("properties", new JsonObject()).getJsonObject("desired");
        if (tags != null) {
            device.twin().patchTags(tags);
        }
        if (desired != null) {
            hub.patchDesired(device.deviceId(), desired, clock.instant());
        }
        responses.json(request, RegistryJson.twin(device));
    }

    /** Calls a direct method; HTTP 200 says only that the device answered, its own status is in the body. */
    void invoke(Hub hub, RoutingContext request) {
        JsonObject body = HubRestApi.objectOf(request);
        String method = body.getString("methodName");
        if (method == null || !METHOD_NAME.matcher(method).matches()) {
            throw new HubException(HubError.ARGUMENT_INVALID, "methodName is missing or not usable in a topic.");
        }
        Duration responseTimeout = seconds(body, "responseTimeoutInSeconds", 30, 5);
        Duration connectTimeout = seconds(body, "connectTimeoutInSeconds", 0, 0);
        Buffer payload = body.containsKey("payload") ? Json.encodeToBuffer(body.getValue("payload")) : Buffer.buffer();
        if (payload.length() > MAX_PAYLOAD) {
            throw new HubException(HubError.MESSAGE_TOO_LARGE, "The payload is larger than 128 KB.");
        }
        HubDevice device = HubRestApi.deviceOf(hub, request);
        MethodCall call = MethodCall.requested(method, clock.instant());
        hub.methods()
                .note(
                        device.deviceId(),
                        call,
                        hub.invoke(device.deviceId(), method, payload, responseTimeout, connectTimeout))
                .onSuccess(result -> responses.json(
                        request,
                        new JsonObject().put("status", result.status()).put("payload", json(result.payload()))))
                .onFailure(request::fail);
    }

    private static Duration seconds(JsonObject body, String name, int otherwise, int least) {
        int seconds = body.getInteger(name, otherwise);
        if (seconds < least || seconds > 300) {
            throw new HubException(HubError.ARGUMENT_INVALID, name + " must be " + least + " to 300.");
        }
        return Duration.ofSeconds(seconds);
    }

    /** The device's payload; what is not JSON is passed on as a string. */
    private static Object json(Buffer payload) {
        if (payload.length() == 0) {
            return null;
        }
        try {
            return Json.decodeValue(payload);
        } catch (DecodeException notJson) {
            return payload.toString();
        }
    }
}
