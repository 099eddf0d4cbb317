package io.drover.simulator.cloud.fault;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a topic of device and service is about.
 *
 * @param operation register, poll, answer, telemetry, method, method-answer, twin, message or other
 * @param requestId the {@code $rid} to answer with; empty when there is none
 * @param operationId of a poll; empty when there is none
 */
record DeviceTopic(String operation, String requestId, String operationId) {
    private static final Pattern REQUEST_ID = Pattern.compile("\\$rid=([^&]*)");
    private static final Pattern OPERATION_ID = Pattern.compile("operationId=([^&]*)");

    static DeviceTopic of(String topic) {
        return new DeviceTopic(operation(topic), first(REQUEST_ID, topic), first(OPERATION_ID, topic));
    }

    private static String operation(String topic) {
        if (topic.startsWith("$dps/registrations/")) {
            return topic.startsWith("$dps/registrations/PUT/")
                    ? "register"
                    : topic.startsWith("$dps/registrations/GET/") ? "poll" : "answer";
        }
        if (topic.startsWith("$iothub/methods/")) {
            return topic.startsWith("$iothub/methods/POST/") ? "method" : "method-answer";
        }
        if (topic.startsWith("$iothub/twin/")) {
            return "twin";
        }
        if (topic.startsWith("devices/")) {
            return topic.contains("/messages/devicebound/")
                    ? "message"
                    : topic.contains("/messages/events") ? "telemetry" : "other";
        }
        return "other";
    }

    private static String first(Pattern pattern, String topic) {
        Matcher matcher = pattern.matcher(topic);
        return matcher.find() ? matcher.group(1) : "";
    }
}
