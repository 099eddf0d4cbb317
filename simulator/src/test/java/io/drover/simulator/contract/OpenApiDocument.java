package io.drover.simulator.contract;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** A Swagger 2.0 document and the operations in it. */
final class OpenApiDocument {
    private final String name;
    private final JsonObject json;
    private final List<Operation> operations = new ArrayList<>();

    private OpenApiDocument(String name, JsonObject json) {
        this.name = name;
        this.json = json;
        String base = json.getString("basePath", "");
        JsonObject paths = json.getJsonObject("paths");
        for (String template : paths.fieldNames()) {
            JsonObject methods = paths.getJsonObject(template);
            for (String method : methods.fieldNames()) {
                operations.add(new Operation(
                        this,
                        method.toUpperCase(Locale.ROOT),
                        template,
                        pattern(base + template),
                        methods.getJsonObject(method)));
            }
        }
        // A literal path such as /devices/query goes before /devices/{id}.
        operations.sort(Comparator.comparingInt(operation ->
                (int) operation.template().chars().filter(c -> c == '{').count()));
    }

    static OpenApiDocument read(Path folder, String name) throws IOException {
        return new OpenApiDocument(name, new JsonObject(Files.readString(folder.resolve(name + ".json"))));
    }

    String name() {
        return name;
    }

    String version() {
        return json.getJsonObject("info").getString("version");
    }

    JsonObject json() {
        return json;
    }

    List<Operation> operations() {
        return operations;
    }

    /** What stands before the path of every operation. */
    String basePath() {
        return json.getString("basePath", "");
    }

    Optional<Operation> operation(String method, String path) {
        return operations.stream()
                .filter(operation -> operation.method().equals(method)
                        && operation.pattern().matcher(path).matches())
                .findFirst();
    }

    /** An operation's parameters, references resolved. */
    List<JsonObject> parameters(JsonObject operation) {
        return operation.getJsonArray("parameters", new JsonArray()).stream()
                .map(parameter -> (JsonObject) parameter)
                .map(parameter -> parameter.containsKey("$ref")
                        ? json.getJsonObject("parameters")
                                .getJsonObject(parameter.getString("$ref").substring("#/parameters/".length()))
                        : parameter)
                .toList();
    }

    private static Pattern pattern(String template) {
        String expression = Pattern.compile("\\{[^}]+}|[^{]+")
                .matcher(template)
                .replaceAll(part -> part.group().startsWith("{")
                        ? "[^/]+"
                        : java.util.regex.Matcher.quoteReplacement(Pattern.quote(part.group())));
        return Pattern.compile(expression, Pattern.CASE_INSENSITIVE);
    }
}
