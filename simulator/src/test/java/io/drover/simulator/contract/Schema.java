package io.drover.simulator.contract;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * Holds JSON values against the schemas of one Swagger 2.0 document: types, required and undeclared properties, enumerations,
 * formats, lengths, {@code allOf} and discriminated subtypes. Stricter than Swagger in one point: a schema with properties and
 * without {@code additionalProperties} takes no others.
 */
final class Schema {
    private final JsonObject definitions;
    private final boolean request;
    private final List<String> problems = new ArrayList<>();

    private Schema(JsonObject document, boolean request) {
        this.definitions = document.getJsonObject("definitions", new JsonObject());
        this.request = request;
    }

    /** What is wrong with a value of a request, where properties that a service alone sets need not be. */
    static List<String> ofRequest(JsonObject document, JsonObject schema, Object value) {
        return check(new Schema(document, true), schema, value);
    }

    /** What is wrong with a value of an answer. */
    static List<String> ofAnswer(JsonObject document, JsonObject schema, Object value) {
        return check(new Schema(document, false), schema, value);
    }

    private static List<String> check(Schema checking, JsonObject schema, Object value) {
        checking.value("$", schema, value);
        return checking.problems;
    }

    private void value(String where, JsonObject given, Object value) {
        JsonObject schema = subtype(resolve(given), value);
        if (value == null) {
            if (!schema.getBoolean("x-nullable", false)) {
                problems.add(where + " is null");
            }
            return;
        }
        JsonObject properties = new JsonObject();
        Set<String> required = new HashSet<>();
        collect(schema, properties, required);
        switch (type(schema, properties)) {
            case "object" -> object(where, schema, properties, required, value);
            case "array" -> array(where, schema, value);
            case "string" -> text(where, schema, value);
            case "integer" -> expect(where, "integer", value instanceof Integer || value instanceof Long);
            case "number" -> expect(where, "number", value instanceof Number);
            case "boolean" -> expect(where, "boolean", value instanceof Boolean);
            default -> {}
        }
        JsonArray allowed = schema.getJsonArray("enum");
        if (allowed != null && !allowed.contains(value)) {
            problems.add(where + " is '" + value + "', which is not of the enumeration");
        }
    }

    /** An object without any declaration stands for every JSON value in these documents, as in Microsoft's generated clients. */
    private static String type(JsonObject schema, JsonObject properties) {
        if (properties.isEmpty() && !(schema.getValue("additionalProperties") instanceof JsonObject)) {
            String type = schema.getString("type", "any");
            return type.equals("object") ? "any" : type;
        }
        return schema.getString("type", "object");
    }

    private void expect(String where, String type, boolean holds) {
        if (!holds) {
            problems.add(where + " is no " + type);
        }
    }

    private void object(String where, JsonObject schema, JsonObject properties, Set<String> required, Object value) {
        if (!(value instanceof JsonObject object)) {
            problems.add(where + " is no object");
            return;
        }
        required.stream()
                .filter(name -> !object.containsKey(name))
                .filter(name ->
                        !request || !resolve(properties.getJsonObject(name)).getBoolean("readOnly", false))
                .forEach(name -> problems.add(where + "." + name + " is missing"));
        for (String name : object.fieldNames()) {
            if (properties.containsKey(name)) {
                value(where + "." + name, properties.getJsonObject(name), object.getValue(name));
            } else if (schema.getValue("additionalProperties") instanceof JsonObject others) {
                value(where + ".*", others, object.getValue(name));
            } else if (!properties.isEmpty() && !Boolean.TRUE.equals(schema.getValue("additionalProperties"))) {
                problems.add(where + "." + name + " is not declared");
            }
        }
    }

    private void array(String where, JsonObject schema, Object value) {
        if (value instanceof JsonArray items) {
            for (int i = 0; i < items.size(); i++) {
                value(where + "[]", schema.getJsonObject("items", new JsonObject()), items.getValue(i));
            }
        } else {
            problems.add(where + " is no array");
        }
    }

    private void text(String where, JsonObject schema, Object value) {
        if (!(value instanceof String text)) {
            problems.add(where + " is no string");
            return;
        }
        if (text.length() < schema.getInteger("minLength", 0)
                || text.length() > schema.getInteger("maxLength", Integer.MAX_VALUE)) {
            problems.add(where + " has a length that is not allowed");
        }
        String pattern = schema.getString("pattern");
        if (pattern != null && !Pattern.compile(pattern).matcher(text).find()) {
            problems.add(where + " does not match " + pattern);
        }
        if (!hasFormat(schema.getString("format", ""), text)) {
            problems.add(where + " is no " + schema.getString("format"));
        }
    }

    private static boolean hasFormat(String format, String text) {
        try {
            switch (format) {
                case "date-time" -> OffsetDateTime.parse(text);
                case "uuid" -> UUID.fromString(text);
                case "byte" -> Base64.getDecoder().decode(text);
                default -> {}
            }
            return true;
        } catch (DateTimeException | IllegalArgumentException wrong) {
            return false;
        }
    }

    /** The schema itself or the one it refers to; what lies in another file is taken as free. */
    private JsonObject resolve(JsonObject schema) {
        if (schema == null) {
            return new JsonObject();
        }
        String reference = schema.getString("$ref");
        return reference == null
                ? schema
                : reference.startsWith("#/definitions/")
                        ? resolve(definitions.getJsonObject(reference.substring("#/definitions/".length())))
                        : new JsonObject();
    }

    private void collect(JsonObject schema, JsonObject properties, Set<String> required) {
        for (Object part : schema.getJsonArray("allOf", new JsonArray())) {
            collect(resolve((JsonObject) part), properties, required);
        }
        properties.mergeIn(schema.getJsonObject("properties", new JsonObject()));
        schema.getJsonArray("required", new JsonArray()).forEach(name -> required.add((String) name));
    }

    /** Of a schema with a discriminator the definition that the value names. */
    private JsonObject subtype(JsonObject schema, Object value) {
        String discriminator = schema.getString("discriminator");
        if (discriminator == null || !(value instanceof JsonObject object)) {
            return schema;
        }
        Object name = object.getValue(discriminator);
        return definitions.fieldNames().stream()
                .filter(candidate -> extendsSchema(definitions.getJsonObject(candidate), schema))
                .filter(candidate -> definitions
                        .getJsonObject(candidate)
                        .getString("x-ms-discriminator-value", candidate)
                        .equals(name))
                .map(definitions::getJsonObject)
                .findFirst()
                .orElseGet(() -> {
                    problems.add("'" + name + "' is no value of the discriminator " + discriminator);
                    return schema;
                });
    }

    private boolean extendsSchema(JsonObject candidate, JsonObject base) {
        return candidate.getJsonArray("allOf", new JsonArray()).stream()
                .map(part -> resolve((JsonObject) part))
                .anyMatch(part -> part.equals(base) || extendsSchema(part, base));
    }
}
