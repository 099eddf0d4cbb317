package io.drover.worker.api;

import io.drover.worker.web.ProblemException;
import io.vertx.core.json.Json;
import io.vertx.json.schema.common.dsl.SchemaType;
import io.vertx.openapi.contract.Location;
import io.vertx.openapi.contract.Parameter;
import io.vertx.openapi.validation.RequestParameter;
import io.vertx.openapi.validation.ValidatableRequest;
import io.vertx.openapi.validation.ValidatedRequest;
import io.vertx.openapi.validation.impl.RequestParameterImpl;
import io.vertx.openapi.validation.impl.ValidatableRequestImpl;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Texts in path, query and headers as the validator takes them. It decodes them as JSON and puts quotes round what has none, so that a text with
 * a quote or a backslash in it would be refused, or be another text.
 */
final class Parameters {
    private Parameters() {}

    static ValidatableRequest quoted(ValidatableRequest request, io.vertx.openapi.contract.Operation operation) {
        Map<String, RequestParameter> headers = new HashMap<>(request.getHeaders());
        Map<String, RequestParameter> path = new HashMap<>(request.getPathParameters());
        Map<String, RequestParameter> query = new HashMap<>(request.getQuery());
        for (Parameter parameter : operation.getParameters()) {
            if (parameter.getSchemaType() == SchemaType.STRING) {
                Map<String, RequestParameter> from = parameter.getIn() == Location.PATH
                        ? path
                        : parameter.getIn() == Location.QUERY ? query : headers;
                from.computeIfPresent(parameter.getName(), (name, given) -> quoted(given));
            }
        }
        return new ValidatableRequestImpl(
                request.getCookies(), headers, path, query, request.getBody(), request.getContentType());
    }

    /** Throws {@link ProblemException} for the character that no database keeps in a text. */
    static void refuseZero(ValidatedRequest request) {
        boolean found = Stream.of(request.getPathParameters(), request.getQuery(), request.getHeaders())
                .flatMap(parameters -> parameters.values().stream())
                .anyMatch(parameter -> parameter.get() instanceof String text && text.indexOf('\0') >= 0);
        RequestParameter body = request.getBody();
        boolean inBody = body != null
                && body.isJsonObject()
                && body.getJsonObject().encode().contains("\\u0000");
        if (found || inBody) {
            throw new ProblemException(
                    400, "character", "A character cannot be kept", "Leave out U+0000, which no database keeps.");
        }
    }

    private static RequestParameter quoted(RequestParameter given) {
        return given.get() instanceof String text ? new RequestParameterImpl(Json.encode(text)) : given;
    }
}
