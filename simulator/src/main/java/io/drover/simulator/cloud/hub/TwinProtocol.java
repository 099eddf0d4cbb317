package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.metrics.CloudService;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.Map;

/**
 * The twin topics of a connected device: reading it and patching reported properties. A patch with another {@code $version} than the
 * present one is answered 412 (own choice), one beyond the twin's limits 400. Confined to the event loop.
 */
final class TwinProtocol {
    private final Hub hub;
    private final DeviceSession session;
    private final Quotas quotas;
    private final Clock clock;
    private final CallMeter calls;

    TwinProtocol(Hub hub, DeviceSession session, Quotas quotas, Clock clock, CallMeter calls) {
        this.hub = hub;
        this.session = session;
        this.quotas = quotas;
        this.clock = clock;
        this.calls = calls;
    }

    /** Answers {@code $iothub/twin/GET/?$rid=…}; false when the topic lacks the request id. */
    boolean get(String query, long arrived) {
        String requestId = requestId(query);
        if (requestId == null) {
            return false;
        }
        if (!hub.sku().managesDevices()) {
            answer("twin-get", 400, requestId, "", Buffer.buffer(), arrived);
        } else if (quotas.tryAcquire(AzureLimit.HUB_TWIN_READS, hub.name()).isPresent()) {
            answer("twin-get", 429, requestId, "", Buffer.buffer(), arrived);
        } else {
            Buffer twin = session.device().twin().properties(false).toBuffer();
            answer("twin-get", 200, requestId, "", twin, arrived);
        }
        return true;
    }

    /** Answers {@code $iothub/twin/PATCH/properties/reported/?$rid=…}; false when the topic lacks the request id. */
    boolean reported(String query, Buffer payload, long arrived) {
        String requestId = requestId(query);
        if (requestId == null) {
            return false;
        }
        String expected = PropertyBag.parse(query).get("$version");
        Twin twin = session.device().twin();
        if (!hub.sku().managesDevices()) {
            answer("twin-reported", 400, requestId, "", Buffer.buffer(), arrived);
        } else if (quotas.tryAcquire(AzureLimit.HUB_TWIN_UPDATES, hub.name()).isPresent()) {
            answer("twin-reported", 429, requestId, "", Buffer.buffer(), arrived);
        } else if (expected != null && !expected.equals(Long.toString(twin.reportedVersion()))) {
            answer("twin-reported", 412, requestId, "", Buffer.buffer(), arrived);
        } else {
            patch(twin, requestId, payload, arrived);
        }
        return true;
    }

    private void patch(Twin twin, String requestId, Buffer payload, long arrived) {
        try {
            long version = twin.patchReported(new JsonObject(payload), clock.instant());
            answer("twin-reported", 204, requestId, "&$version=" + version, Buffer.buffer(), arrived);
        } catch (DecodeException | ClassCastException | HubException refused) {
            answer("twin-reported", 400, requestId, "", Buffer.buffer(), arrived);
        }
    }

    private void answer(String operation, int status, String requestId, String more, Buffer body, long arrived) {
        calls.answered(CloudService.HUB_MQTT, operation, Integer.toString(status), arrived);
        session.publish("$iothub/twin/res/" + status + "/?$rid=" + requestId + more, body);
    }

    private static String requestId(String query) {
        Map<String, String> parameters = query.startsWith("?") ? PropertyBag.parse(query) : Map.of();
        return parameters.get("$rid");
    }
}
