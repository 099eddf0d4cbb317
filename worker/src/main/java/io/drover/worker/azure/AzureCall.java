package io.drover.worker.azure;

import io.drover.worker.azure.quota.AzureLimit;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * One request to an Azure service.
 *
 * @param service label of the metric: arm, central, dps, hub
 * @param operation label of the metric; from a fixed set, never an id
 * @param repeatable whether a request that failed with 5xx or no answer may be sent again
 * @param items how many things of the limit it does; a bulk operation answers 400 when only some of them failed
 * @param patient whether a throttled request is waited out; otherwise it fails with 429 and nothing was carried out
 */
public record AzureCall(
        String service,
        String operation,
        HttpMethod method,
        URI uri,
        String audience,
        AzureLimit limit,
        Map<String, String> headers,
        Buffer body,
        Duration deadline,
        boolean repeatable,
        boolean patient,
        int items) {
    private static final Duration USUAL_DEADLINE = Duration.ofSeconds(30);

    public AzureCall {
        headers = Map.copyOf(headers);
    }

    /** A GET, which may be repeated. */
    public static AzureCall get(String service, String operation, String uri, String audience, AzureLimit limit) {
        return new AzureCall(
                service,
                operation,
                HttpMethod.GET,
                URI.create(uri),
                audience,
                limit,
                Map.of(),
                null,
                USUAL_DEADLINE,
                true,
                true,
                1);
    }

    /** The same call by another method with a JSON body; not repeatable unless said so. */
    public AzureCall with(HttpMethod other, JsonObject json) {
        return withBody(other, json == null ? null : json.toBuffer());
    }

    /** As {@link #with(HttpMethod, JsonObject)} with a list. */
    public AzureCall withList(HttpMethod other, JsonArray json) {
        return withBody(other, json.toBuffer());
    }

    private AzureCall withBody(HttpMethod other, Buffer content) {
        return new AzureCall(
                service, operation, other, uri, audience, limit, headers, content, deadline, false, patient, items);
    }

    AzureCall at(URI other) {
        return new AzureCall(
                service,
                operation,
                method,
                other,
                audience,
                limit,
                headers,
                body,
                deadline,
                repeatable,
                patient,
                items);
    }

    /** The same call with one more header. */
    public AzureCall header(String name, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(name, value);
        return new AzureCall(
                service, operation, method, uri, audience, limit, more, body, deadline, repeatable, patient, items);
    }

    /** The same call with another deadline for each attempt. */
    public AzureCall within(Duration other) {
        return new AzureCall(
                service, operation, method, uri, audience, limit, headers, body, other, repeatable, patient, items);
    }

    /** The same call, declared safe to send again. */
    public AzureCall safeToRepeat() {
        return new AzureCall(
                service, operation, method, uri, audience, limit, headers, body, deadline, true, patient, items);
    }

    /** The same call as a bulk operation on so many things. */
    public AzureCall of(int things) {
        return new AzureCall(
                service, operation, method, uri, audience, limit, headers, body, deadline, repeatable, patient, things);
    }
}
