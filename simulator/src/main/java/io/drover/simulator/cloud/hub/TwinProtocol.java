package io.drover.simulator.cloud.hub;

import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.metrics.CloudService;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.Vertx;
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
    private final Vertx vertx;
    private final Hub hub;
    private final DeviceSession session;
    private final Quotas quotas;
    private final Clock clock;
    private final CallMeter calls;

    TwinProtocol(Vertx vertx, Hub hub, DeviceSession session, Quotas quotas, Clock clock, CallMeter calls) {
        this.vertx = vertx;
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
        } else {
            shaped(AzureLimit.HUB_TWIN_READS, "twin-get", requestId, arrived, () -> {
                Buffer twin = session.device().twin().properties(false).toBuffer();
                answer("twin-get", 200, requestId, "", twin, arrived);
            });
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
        if (!hub.sku().managesDevices()) {
            answer("twin-reported", 400, requestId, "", Buffer.buffer(), arrived);
        } else {
            shaped(
                    AzureLimit.HUB_TWIN_UPDATES,
                    "twin-reported",
                    requestId,
                    arrived,
                    () -> patch(expected, requestId, payload, arrived));
        }
        return true;
    }

    /** Carries out at once, after a while, or not at all: 429. */
    private void shaped(AzureLimit limit, String operation, String requestId, long arrived, Runnable carryOut) {
        Quotas.Admission admission = quotas.shape(limit, hub.name(), 1);
        if (admission.retryAfter().isPresent()) {
            answer(operation, 429, requestId, "", Buffer.buffer(), arrived);
        } else if (admission.delay().isZero()) {
            carryOut.run();
        } else {
            vertx.setTimer(Math.max(1, admission.delay().toMillis()), due -> carryOut.run());
        }
    }

    private void patch(String expected, String requestId, Buffer payload, long arrived) {
        Twin twin = session.device().twin();
        if (expected != null && !expected.equals(Long.toString(twin.reportedVersion()))) {
            answer("twin-reported", 412, requestId, "", Buffer.buffer(), arrived);
            return;
        }
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
