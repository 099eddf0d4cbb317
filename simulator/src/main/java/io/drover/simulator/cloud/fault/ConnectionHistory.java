package io.drover.simulator.cloud.fault;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * When devices connected and left, remembered while a fault needs it, so that a hub can tell what was true a while ago. Knows nothing
 * from before such a fault was switched on. Thread-safe.
 */
final class ConnectionHistory {
    private static final int MOST_DEVICES = 1_000_000;
    private static final String HUB_REST = "hub-rest";
    private static final String QUERY = "POST /devices/query";

    private record Change(Instant first, Instant last) {}

    private final Faults faults;
    private final Map<String, Change> changes = new ConcurrentHashMap<>();

    ConnectionHistory(Faults faults) {
        this.faults = faults;
    }

    /** The device has just connected or left. */
    void changed(MqttFaults.Peer peer) {
        boolean needed = faults.has(FaultKind.STALE_CONNECTION_STATE) || faults.has(FaultKind.DELAYED_QUERY);
        if (needed && changes.size() < MOST_DEVICES) {
            Instant now = faults.clock().instant();
            changes.merge(
                    key(peer.host(), peer.device()),
                    new Change(now, now),
                    (before, change) -> new Change(before.first(), now));
        }
    }

    /** An answer about devices as the faults that are on make it. */
    Buffer asKnown(String host, Buffer json) {
        Object answer;
        try {
            answer = Json.decodeValue(json);
        } catch (DecodeException otherBody) {
            return json;
        }
        if (answer instanceof JsonObject device) {
            state(host, device);
            return device.toBuffer();
        }
        if (!(answer instanceof JsonArray rows)) {
            return json;
        }
        JsonArray known = new JsonArray();
        for (Object row : rows) {
            if (row instanceof JsonObject device) {
                state(host, device);
                if (!missing(host, device)) {
                    known.add(device);
                }
            } else {
                known.add(row);
            }
        }
        return known.toBuffer();
    }

    private void state(String host, JsonObject row) {
        String id = row.getString("deviceId", "");
        String now = row.getString("connectionState");
        Optional<Fault> fault = faults.open(FaultKind.STALE_CONNECTION_STATE, HUB_REST, id, QUERY);
        Change change = changes.get(key(host, id));
        if (now != null
                && fault.isPresent()
                && change != null
                && within(change.last(), fault.get().delay())) {
            row.put("connectionState", now.equals("Connected") ? "Disconnected" : "Connected");
            faults.struck(fault.get());
        }
    }

    private boolean missing(String host, JsonObject row) {
        String id = row.getString("deviceId", "");
        Optional<Fault> fault = faults.open(FaultKind.DELAYED_QUERY, HUB_REST, id, QUERY);
        Change change = changes.get(key(host, id));
        boolean missing = fault.isPresent()
                && change != null
                && within(change.first(), fault.get().delay());
        if (missing) {
            faults.struck(fault.get());
        }
        return missing;
    }

    private boolean within(Instant at, Duration delay) {
        return faults.clock().instant().isBefore(at.plus(delay));
    }

    private static String key(String host, String device) {
        return host + "/" + device;
    }
}
