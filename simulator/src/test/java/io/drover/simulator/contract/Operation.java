package io.drover.simulator.contract;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** One operation of a document, against which an exchange can be held. */
record Operation(OpenApiDocument document, String method, String template, Pattern pattern, JsonObject json) {
    private static final int REFUSAL = 400;

    /** Document, method and path, as problems name the operation. */
    String title() {
        return document.name() + " " + method + " " + template;
    }

    /** What in the request is not as the document says. */
    List<String> requestProblems(Exchange exchange) {
        List<String> problems = new ArrayList<>();
        List<JsonObject> parameters = document.parameters(json);
        Set<String> unknown = new TreeSet<>(exchange.query().names());
        boolean body = false;
        for (JsonObject parameter : parameters) {
            String name = parameter.getString("name");
            switch (parameter.getString("in")) {
                case "query" -> {
                    unknown.removeIf(name::equalsIgnoreCase);
                    text(parameter, exchange.query().get(name), problems);
                }
                case "header" ->
                    text(parameter, exchange.requestHeaders().getString(name.toLowerCase(Locale.ROOT)), problems);
                case "body" -> {
                    body = true;
                    body(parameter, exchange, problems);
                }
                default -> {}
            }
        }
        unknown.forEach(name -> problems.add("the query parameter " + name + " is not declared"));
        String version = exchange.query().get("api-version");
        if (version != null && !version.equals(document.version())) {
            problems.add("api-version " + version);
        }
        if (!body && !exchange.requestBody().isEmpty()) {
            problems.add("a body that the operation does not take");
        }
        return problems.stream()
                .map(problem -> title() + " request: " + problem)
                .toList();
    }

    /** What in the answer is not as the document says. */
    List<String> answerProblems(Exchange exchange) {
        JsonObject responses = json.getJsonObject("responses");
        JsonObject response = responses.getJsonObject(Integer.toString(exchange.status()));
        if (response == null && exchange.status() >= REFUSAL) {
            response = responses.getJsonObject("default");
        }
        String where = title() + " answer " + exchange.status() + ": ";
        if (response == null) {
            return List.of(where + "the status is not documented");
        }
        JsonObject schema = response.getJsonObject("schema");
        if (exchange.answerBody().isEmpty()) {
            return schema == null ? List.of() : List.of(where + "no body");
        }
        if (schema == null) {
            return List.of(where + "a body where none is documented");
        }
        return parsed(exchange.answerBody(), value -> Schema.ofAnswer(document.json(), schema, value)).stream()
                .map(where::concat)
                .toList();
    }

    private static void text(JsonObject parameter, String value, List<String> problems) {
        String what = "the " + parameter.getString("in") + " parameter " + parameter.getString("name");
        if (value == null) {
            if (parameter.getBoolean("required", false)) {
                problems.add(what + " is missing");
            }
            return;
        }
        JsonArray allowed = parameter.getJsonArray("enum");
        if (allowed != null && !allowed.contains(value)) {
            problems.add(what + " is '" + value + "', which is not of the enumeration");
        }
        if ("integer".equals(parameter.getString("type")) && !value.matches("-?\\d{1,18}")) {
            problems.add(what + " is no integer");
        }
    }

    private void body(JsonObject parameter, Exchange exchange, List<String> problems) {
        if (exchange.requestBody().isEmpty()) {
            if (parameter.getBoolean("required", false)) {
                problems.add("no body");
            }
            return;
        }
        problems.addAll(parsed(
                exchange.requestBody(),
                value -> Schema.ofRequest(document.json(), parameter.getJsonObject("schema"), value)));
    }

    private static List<String> parsed(String body, java.util.function.Function<Object, List<String>> check) {
        Object value;
        try {
            value = Json.decodeValue(body);
        } catch (DecodeException notJson) {
            return List.of("the body is no JSON");
        }
        return check.apply(value);
    }
}
