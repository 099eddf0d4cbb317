package io.drover.worker.api;

import io.drover.worker.auth.Caller;
import io.drover.worker.web.ProblemException;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.validation.RequestParameter;
import io.vertx.openapi.validation.ValidatedRequest;
import java.util.List;
import java.util.Optional;

/** A request that fits the document and that its caller may make. */
final class Call {
    private static final int DEFAULT_LIMIT = 50;

    private final RoutingContext context;
    private final ValidatedRequest request;

    Call(RoutingContext context, ValidatedRequest request) {
        this.context = context;
        this.request = request;
    }

    RoutingContext context() {
        return context;
    }

    HttpServerResponse response() {
        return context.response();
    }

    Caller caller() {
        return Caller.of(context);
    }

    /** A parameter of the path. */
    String path(String name) {
        return request.getPathParameters().get(name).getString();
    }

    /** The migration that the path names. */
    String migration() {
        return path("migration");
    }

    /** A text of the query, or null. */
    String query(String name) {
        return value(request.getQuery().get(name))
                .map(RequestParameter::get)
                .map(Object::toString)
                .orElse(null);
    }

    /** A number of the query, or null. */
    Integer integer(String name) {
        return value(request.getQuery().get(name))
                .map(RequestParameter::getInteger)
                .orElse(null);
    }

    /** How many a page holds. */
    int limit() {
        Integer limit = integer("limit");
        return limit == null ? DEFAULT_LIMIT : limit;
    }

    String header(String name) {
        return context.request().getHeader(name);
    }

    private static Optional<RequestParameter> value(RequestParameter parameter) {
        return Optional.ofNullable(parameter).filter(given -> !given.isNull() && !given.isEmpty());
    }

    /** The body, empty when there is none. */
    JsonObject body() {
        RequestParameter body = request.getBody();
        return body == null || body.isNull() || !body.isJsonObject() ? new JsonObject() : body.getJsonObject();
    }

    /** Texts of an array in the body. */
    static List<String> texts(JsonObject body, String key) {
        JsonArray array = body.getJsonArray(key, new JsonArray());
        return array.stream().map(Object::toString).toList();
    }

    /** What is not there. */
    static ProblemException notFound(String what) {
        return new ProblemException(404, "not-found", "Not found", what);
    }
}
