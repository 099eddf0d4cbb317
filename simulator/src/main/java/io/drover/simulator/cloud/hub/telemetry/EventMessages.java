package io.drover.simulator.cloud.hub.telemetry;

import io.drover.simulator.cloud.hub.TelemetryEvent;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.message.Message;

/** An event of the log as an AMQP message, with the annotations documented for the built-in endpoint. */
final class EventMessages {
    private static final Symbol SEQUENCE_NUMBER = Symbol.valueOf("x-opt-sequence-number");
    private static final Symbol OFFSET = Symbol.valueOf("x-opt-offset");
    private static final Symbol ENQUEUED_TIME = Symbol.valueOf("x-opt-enqueued-time");
    private static final Symbol DEVICE_ID = Symbol.valueOf("iothub-connection-device-id");
    private static final Symbol GENERATION_ID = Symbol.valueOf("iothub-connection-auth-generation-id");
    private static final Symbol AUTH_METHOD = Symbol.valueOf("iothub-connection-auth-method");
    private static final Symbol HUB_ENQUEUED_TIME = Symbol.valueOf("iothub-enqueuedtime");
    private static final Symbol MESSAGE_SOURCE = Symbol.valueOf("iothub-message-source");
    private static final Symbol MODULE_ID = Symbol.valueOf("iothub-connection-module-id");
    private static final Symbol DATA_SCHEMA = Symbol.valueOf("dt-dataschema");
    private static final Symbol SUBJECT = Symbol.valueOf("dt-subject");

    private EventMessages() {}

    static Message of(TelemetryEvent event) {
        Date enqueued = Date.from(event.enqueued());
        Map<Symbol, Object> annotations = new HashMap<>();
        annotations.put(SEQUENCE_NUMBER, event.sequenceNumber());
        annotations.put(OFFSET, Long.toString(event.offset()));
        annotations.put(ENQUEUED_TIME, enqueued);
        annotations.put(DEVICE_ID, event.deviceId());
        annotations.put(GENERATION_ID, event.source().generationId());
        annotations.put(AUTH_METHOD, event.source().auth().json());
        putIfPresent(annotations, MODULE_ID, event.source().moduleId());
        putIfPresent(annotations, DATA_SCHEMA, event.source().modelId());
        putIfPresent(annotations, SUBJECT, event.system("$.sub"));
        annotations.put(HUB_ENQUEUED_TIME, enqueued);
        annotations.put(MESSAGE_SOURCE, "Telemetry");
        Message message = Proton.message();
        message.setMessageAnnotations(new MessageAnnotations(annotations));
        message.setApplicationProperties(
                new ApplicationProperties(new HashMap<String, Object>(event.applicationProperties())));
        message.setMessageId(event.system("$.mid"));
        message.setCorrelationId(event.system("$.cid"));
        if (event.system("$.uid") != null) {
            message.setUserId(event.system("$.uid").getBytes(StandardCharsets.UTF_8));
        }
        message.setContentType(event.contentType());
        message.setContentEncoding(event.contentEncoding());
        message.setBody(new Data(new Binary(event.body().getBytes())));
        return message;
    }

    private static void putIfPresent(Map<Symbol, Object> annotations, Symbol name, String value) {
        if (value != null) {
            annotations.put(name, value);
        }
    }
}
