package io.drover.simulator.cloud.hub.telemetry;

import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.TelemetryEvent;
import io.drover.simulator.cloud.hub.TelemetryLog;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.message.Message;

/**
 * What {@code $cbs} (put-token) and {@code $management} (READ of the event hub and of a partition) answer. Status codes
 * are those of HTTP, in the application properties.
 */
final class RequestNodes {
    private static final String EVENT_HUB = "com.microsoft:eventhub";
    private static final String PARTITION = "com.microsoft:partition";

    private final Hub hub;
    private final HubAuthorization authorization;
    private final Clock clock;
    private final Instant created;

    RequestNodes(Hub hub, HubAuthorization authorization, Clock clock, Instant created) {
        this.hub = hub;
        this.authorization = authorization;
        this.clock = clock;
        this.created = created;
    }

    Message putToken(Message request) {
        Map<String, Object> asked = properties(request);
        if (!"put-token".equals(asked.get("operation"))) {
            return response(400, "Only put-token is known here.", null);
        }
        if (!"servicebus.windows.net:sastoken".equals(asked.get("type"))) {
            return response(401, "InvalidToken: The built-in endpoint takes shared access signatures only.", null);
        }
        String token = request.getBody() instanceof AmqpValue value ? String.valueOf(value.getValue()) : "";
        return authorization
                .grant(token)
                .map(fault -> response(401, fault, null))
                .orElseGet(() -> response(202, "Accepted", null));
    }

    Message management(Message request) {
        Map<String, Object> asked = properties(request);
        Optional<String> fault = authorization.check(String.valueOf(asked.get("security_token")));
        if (fault.isPresent()) {
            return response(401, fault.get(), null);
        }
        if (!"READ".equals(asked.get("operation"))) {
            return response(400, "Only READ is known here.", null);
        }
        if (!hub.name().equalsIgnoreCase(String.valueOf(asked.get("name")))) {
            return response(404, "The messaging entity '" + asked.get("name") + "' could not be found.", null);
        }
        String type = String.valueOf(asked.get("type"));
        return switch (type) {
            case EVENT_HUB -> response(200, "OK", eventHub());
            case PARTITION -> partition(String.valueOf(asked.get("partition")));
            default -> response(400, "Nothing has the type '" + type + "'.", null);
        };
    }

    /** The status code of a response made here. */
    static String statusOf(Message response) {
        return String.valueOf(properties(response).get("status-code"));
    }

    private Map<String, Object> eventHub() {
        Map<String, Object> body = new HashMap<>();
        body.put("name", hub.name());
        body.put("type", EVENT_HUB);
        body.put("created_at", Date.from(created));
        body.put("partition_count", hub.telemetry().partitions());
        body.put(
                "partition_ids",
                IntStream.range(0, hub.telemetry().partitions())
                        .mapToObj(Integer::toString)
                        .toArray(String[]::new));
        return body;
    }

    private Message partition(String id) {
        TelemetryLog log = hub.telemetry();
        if (!id.matches("\\d{1,4}") || Integer.parseInt(id) >= log.partitions()) {
            return response(404, "There is no partition '" + id + "'.", null);
        }
        int partition = Integer.parseInt(id);
        Map<String, Object> body = lastEnqueued(log, partition);
        body.put("name", hub.name());
        body.put("type", PARTITION);
        body.put("partition", id);
        body.put("begin_sequence_number", log.firstSequenceNumber(partition));
        body.put("is_partition_empty", log.lastSequenceNumber(partition) < log.firstSequenceNumber(partition));
        body.put("runtime_info_retrieval_time_utc", Date.from(clock.instant()));
        return response(200, "OK", body);
    }

    private static Map<String, Object> lastEnqueued(TelemetryLog log, int partition) {
        long last = log.lastSequenceNumber(partition);
        List<TelemetryEvent> newest = last < 0 ? List.of() : log.read(partition, last, 1);
        Map<String, Object> body = new HashMap<>();
        body.put("last_enqueued_sequence_number", last);
        body.put(
                "last_enqueued_offset",
                newest.isEmpty() ? "-1" : Long.toString(newest.get(0).offset()));
        body.put(
                "last_enqueued_time_utc",
                newest.isEmpty()
                        ? Date.from(Instant.EPOCH)
                        : Date.from(newest.get(0).enqueued()));
        return body;
    }

    private static Map<String, Object> properties(Message request) {
        return request.getApplicationProperties() == null
                        || request.getApplicationProperties().getValue() == null
                ? Map.of()
                : request.getApplicationProperties().getValue();
    }

    private static Message response(int status, String description, Map<String, Object> body) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("status-code", status);
        properties.put("status-description", description);
        Message response = Proton.message();
        response.setApplicationProperties(new ApplicationProperties(properties));
        response.setBody(new AmqpValue(body));
        return response;
    }
}
