package io.drover.simulator.cloud.hub.telemetry;

import io.drover.simulator.cloud.hub.TelemetryEvent;
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
    private static final String DEVICE_SAS = "{\"scope\":\"device\",\"type\":\"sas\",\"issuer\":\"iothub\"}";

    private EventMessages() {}

    static Message of(TelemetryEvent event) {
        Date enqueued = Date.from(event.enqueued());
        Map<Symbol, Object> annotations = new HashMap<>();
        annotations.put(SEQUENCE_NUMBER, event.sequenceNumber());
        annotations.put(OFFSET, Long.toString(event.offset()));
        annotations.put(ENQUEUED_TIME, enqueued);
        annotations.put(DEVICE_ID, event.deviceId());
        annotations.put(GENERATION_ID, event.generationId());
        annotations.put(AUTH_METHOD, DEVICE_SAS);
        annotations.put(HUB_ENQUEUED_TIME, enqueued);
        annotations.put(MESSAGE_SOURCE, "Telemetry");
        Message message = Proton.message();
        message.setMessageAnnotations(new MessageAnnotations(annotations));
        message.setApplicationProperties(
                new ApplicationProperties(new HashMap<String, Object>(event.applicationProperties())));
        message.setContentType(event.contentType());
        message.setContentEncoding(event.contentEncoding());
        message.setBody(new Data(new Binary(event.body().getBytes())));
        return message;
    }
}
