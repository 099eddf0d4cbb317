package io.drover.simulator.cloud.hub.messaging;

import io.drover.simulator.cloud.hub.CloudToDeviceMessage;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubError;
import io.drover.simulator.cloud.hub.HubException;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.vertx.core.buffer.Buffer;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.transport.AmqpError;
import org.apache.qpid.proton.amqp.transport.LinkError;
import org.apache.qpid.proton.message.Message;

/** Turns AMQP messages of services into messages to devices and queues them at the hub. */
final class MessageReader {
    /** The default of {@code cloudToDevice.defaultTtlAsIso8601}, and the longest life of a message. */
    private static final Duration DEFAULT_LIFE = Duration.ofHours(1);

    private static final Duration LONGEST_LIFE = Duration.ofDays(2);
    private static final int MAX_BODY = 64 * 1024;
    private static final String ACK = "iothub-ack";
    private static final Pattern TO =
            Pattern.compile("/?devices/([^/]+)(?:/modules/([^/]+))?/messages/devicebound", Pattern.CASE_INSENSITIVE);

    private final Hub hub;
    private final Quotas quotas;
    private final Clock clock;
    private final Consumer<Hub> sent;

    MessageReader(Hub hub, Quotas quotas, Clock clock, Consumer<Hub> sent) {
        this.sent = sent;
        this.hub = hub;
        this.quotas = quotas;
        this.clock = clock;
    }

    /** Queues the message. Fails with the hub's reasons, ARGUMENT_INVALID, MESSAGE_TOO_LARGE, INVALID_EXPIRY_TIME or THROTTLING. */
    void send(Message message) {
        if (quotas.tryAcquire(AzureLimit.HUB_CLOUD_TO_DEVICE, hub.name()).isPresent()) {
            throw new HubException(HubError.THROTTLING, "Too many messages to devices; send fewer.");
        }
        Matcher to = TO.matcher(String.valueOf(message.getAddress()));
        if (!to.matches()) {
            throw new HubException(HubError.ARGUMENT_INVALID, "'to' must be /devices/{id}/messages/devicebound.");
        }
        String deviceId = decode(to.group(1));
        hub.send(to.group(2) == null ? deviceId : deviceId + "/" + decode(to.group(2)), read(message));
        sent.accept(hub);
    }

    private CloudToDeviceMessage read(Message message) {
        Buffer body = body(message);
        if (body.length() > MAX_BODY) {
            throw new HubException(HubError.MESSAGE_TOO_LARGE, "A message to a device has at most 64 KB.");
        }
        String id = message.getMessageId() == null
                ? UUID.randomUUID().toString()
                : message.getMessageId().toString();
        Map<String, String> system = new HashMap<>();
        system.put("$.mid", id);
        system.put("$.to", message.getAddress());
        put(system, "$.cid", message.getCorrelationId());
        put(system, "$.ct", message.getContentType());
        put(system, "$.ce", message.getContentEncoding());
        if (message.getUserId() != null && message.getUserId().length > 0) {
            system.put("$.uid", new String(message.getUserId(), StandardCharsets.UTF_8));
        }
        Map<String, String> application = new HashMap<>();
        if (message.getApplicationProperties() != null) {
            message.getApplicationProperties().getValue().forEach((name, value) -> put(application, name, value));
        }
        return new CloudToDeviceMessage(id, system, application, body, expiry(message), ack(application.get(ACK)));
    }

    private Instant expiry(Message message) {
        Instant now = clock.instant();
        if (message.getExpiryTime() <= 0) {
            return now.plus(DEFAULT_LIFE);
        }
        Instant expiry = Instant.ofEpochMilli(message.getExpiryTime());
        if (expiry.isAfter(now.plus(LONGEST_LIFE))) {
            throw new HubException(HubError.INVALID_EXPIRY_TIME, "A message lives at most two days.");
        }
        return expiry;
    }

    private static CloudToDeviceMessage.Ack ack(String text) {
        try {
            return text == null
                    ? CloudToDeviceMessage.Ack.NONE
                    : CloudToDeviceMessage.Ack.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new HubException(HubError.ARGUMENT_INVALID, ACK + " is none, positive, negative or full.");
        }
    }

    private static Buffer body(Message message) {
        if (message.getBody() instanceof Data data) {
            byte[] bytes = new byte[data.getValue().getLength()];
            data.getValue().asByteBuffer().get(bytes);
            return Buffer.buffer(bytes);
        }
        if (message.getBody() == null) {
            return Buffer.buffer();
        }
        throw new HubException(HubError.ARGUMENT_INVALID, "The body must be one data section.");
    }

    private static void put(Map<String, String> properties, String name, Object value) {
        if (value != null) {
            properties.put(name, value.toString());
        }
    }

    private static String decode(String id) {
        try {
            return URLDecoder.decode(id.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return id;
        }
    }

    /** The AMQP condition Microsoft's clients expect for a refusal. */
    static Symbol conditionOf(HubError error) {
        return switch (error) {
            case DEVICE_NOT_FOUND, MODULE_NOT_FOUND -> AmqpError.NOT_FOUND;
            case QUEUE_DEPTH_EXCEEDED -> AmqpError.RESOURCE_LIMIT_EXCEEDED;
            case MESSAGE_TOO_LARGE -> LinkError.MESSAGE_SIZE_EXCEEDED;
            case THROTTLING -> Symbol.valueOf("com.microsoft:device-container-throttled");
            case NOT_IN_THIS_TIER, INVALID_EXPIRY_TIME -> AmqpError.NOT_ALLOWED;
            default -> AmqpError.INVALID_FIELD;
        };
    }
}
