package io.drover.worker.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Requests made from the OpenAPI document: each operation with values that fit its schemas, and with values that do not. */
final class FuzzedRequests {
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "\"",
            "\\",
            "a\"b\\c",
            "null",
            "true",
            "0",
            "-1",
            "1e999",
            "{}",
            "[1]",
            "'; DROP TABLE device; --",
            "../../etc/passwd",
            "%00",
            "\u0000",
            "\u0007\u001b[31m",
            "\ud83d\ude9a Fuhrpark \u00e4\u00f6\u00fc",
            "\u202egnirts",
            "\ufffe\uffff",
            "a".repeat(129),
            "x".repeat(2000),
            "2026-13-45T99:99:99Z",
            "*",
            "*\u0000",
            "WyJkZXZpY2UiLDEsMl0",
            "W10");

    private final JsonObject document;
    private final Random random;
    private final List<JsonObject> operations = new ArrayList<>();

    /** One request; {@code valid} when everything in it fits the document. */
    record Fuzzed(
            String operation,
            String role,
            HttpMethod method,
            String path,
            Map<String, String> headers,
            Buffer body,
            boolean valid) {
        @Override
        public String toString() {
            return operation + ": " + method + " " + path + " " + headers + " "
                    + (body == null ? "" : body.getString(0, Math.min(300, body.length())));
        }
    }

    FuzzedRequests(JsonObject document, Random random) {
        this.document = document;
        this.random = random;
        JsonObject paths = document.getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            for (String method : List.of("get", "put", "post", "delete")) {
                JsonObject operation = paths.getJsonObject(path).getJsonObject(method);
                if (operation != null) {
                    JsonArray parameters = paths.getJsonObject(path)
                            .getJsonArray("parameters", new JsonArray())
                            .copy();
                    parameters.addAll(operation.getJsonArray("parameters", new JsonArray()));
                    operations.add(operation
                            .copy()
                            .put("path", path)
                            .put("method", method.toUpperCase(Locale.ROOT))
                            .put("all", parameters));
                }
            }
        }
    }

    int operations() {
        return operations.size();
    }

    /** The next request of this operation; names of migrations and devices are now and then those that are there. */
    Fuzzed of(int index, boolean valid, List<String> migrations, List<String> devices) {
        JsonObject operation = operations.get(index);
        String path = operation.getString("path");
        Map<String, String> headers = new LinkedHashMap<>();
        List<String> query = new ArrayList<>();
        JsonArray parameters = operation.getJsonArray("all");
        for (int i = 0; i < parameters.size(); i++) {
            JsonObject parameter = resolved(parameters.getJsonObject(i));
            String name = parameter.getString("name");
            String in = parameter.getString("in");
            boolean required = parameter.getBoolean("required", false);
            if (in.equals("path")) {
                List<String> there = name.equals("migration") ? migrations : devices;
                boolean known = !name.equals("application") && (valid || random.nextInt(3) > 0);
                String value = known
                        ? there.get(random.nextInt(there.size()))
                        : text(parameter.getJsonObject("schema"), valid);
                path = path.replace("{" + name + "}", encoded(value.isEmpty() ? "x" : value));
            } else if (required || (random.nextInt(valid ? 3 : 2) == 0 && !(valid && name.equals("cursor")))) {
                // A good cursor comes from a page only.
                String value = text(parameter.getJsonObject("schema"), valid || random.nextBoolean());
                if (in.equals("query")) {
                    query.add(name + "=" + encoded(value));
                } else if (!required || random.nextInt(4) > 0 || valid) {
                    headers.put(name, value.replaceAll("[^\\x20-\\x7e]", "?"));
                }
            }
        }
        if (!valid && random.nextInt(5) == 0) {
            query.add(random.nextBoolean() ? "unknown=1" : "%ff%fe=%00");
        }
        Buffer body = body(operation, headers, valid);
        return new Fuzzed(
                operation.getString("operationId"),
                operation.getString("x-drover-role"),
                HttpMethod.valueOf(operation.getString("method")),
                path + (query.isEmpty() ? "" : "?" + String.join("&", query)),
                headers,
                body,
                valid);
    }

    private Buffer body(JsonObject operation, Map<String, String> headers, boolean valid) {
        JsonObject described = operation.getJsonObject("requestBody");
        if (described == null) {
            return !valid && random.nextInt(6) == 0 ? Buffer.buffer("{\"not\":\"asked for\"}") : null;
        }
        JsonObject body = resolved(described);
        if (!body.getBoolean("required", false) && random.nextInt(4) == 0) {
            return null;
        }
        JsonObject schema =
                body.getJsonObject("content").getJsonObject("application/json").getJsonObject("schema");
        headers.put("content-type", "application/json");
        Object value = value(schema, valid, 0);
        String text = value == null ? "null" : value instanceof String plain ? quoted(plain) : value.toString();
        if (valid) {
            return Buffer.buffer(text);
        }
        return switch (random.nextInt(9)) {
            case 0 -> Buffer.buffer(text.substring(0, random.nextInt(text.length() + 1)));
            case 1 -> Buffer.buffer(text + "}");
            case 2 -> {
                headers.put("content-type", random.nextBoolean() ? "text/plain" : "application/xml; charset=nothing");
                yield Buffer.buffer(text);
            }
            case 3 -> {
                headers.remove("content-type");
                yield Buffer.buffer(text);
            }
            case 4 -> Buffer.buffer(new byte[] {(byte) 0xc3, 0x28, (byte) 0xff, 0});
            case 5 -> Buffer.buffer("[".repeat(1 + random.nextInt(5000)));
            case 6 -> random.nextInt(20) == 0 ? Buffer.buffer("\"" + "x".repeat(600_000) + "\"") : Buffer.buffer("");
            default -> Buffer.buffer(text);
        };
    }

    private static String quoted(String text) {
        return new JsonArray().add(text).encode().replaceAll("^\\[|]$", "");
    }

    private String text(JsonObject schema, boolean valid) {
        Object value = value(schema, valid, 0);
        return String.valueOf(value);
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private JsonObject resolved(JsonObject object) {
        String reference = object.getString("$ref");
        if (reference == null) {
            return object;
        }
        JsonObject found = document;
        for (String part : reference.substring(2).split("/", -1)) {
            found = found.getJsonObject(part);
        }
        return resolved(found);
    }

    private Object value(JsonObject described, boolean valid, int depth) {
        JsonObject schema = resolved(described);
        if (!valid && random.nextInt(4) == 0) {
            return anything(depth);
        }
        JsonArray choices = schema.getJsonArray("enum");
        if (choices != null) {
            return choices.getValue(random.nextInt(choices.size()));
        }
        Object type = schema.getValue("type");
        String one = type instanceof JsonArray types ? types.getString(random.nextInt(types.size())) : (String) type;
        return switch (one == null ? "object" : one) {
            case "null" -> null;
            case "integer", "number" -> number(schema, valid);
            case "boolean" -> random.nextBoolean();
            case "array" -> array(schema, valid, depth);
            case "object" -> object(schema, valid, depth);
            default -> string(schema, valid);
        };
    }

    private Object number(JsonObject schema, boolean valid) {
        long least = schema.getLong("minimum", 0L);
        long most = schema.getLong("maximum", 1_000_000L);
        return valid
                ? least + (long) (random.nextDouble() * (Math.min(most, least + 1000) - least))
                : random.nextLong();
    }

    private JsonArray array(JsonObject schema, boolean valid, int depth) {
        JsonArray array = new JsonArray();
        int size = schema.getInteger("minItems", 0) + random.nextInt(3);
        for (int i = 0; i < size; i++) {
            array.add(value(schema.getJsonObject("items", new JsonObject()), valid, depth + 1));
        }
        return array;
    }

    private JsonObject object(JsonObject schema, boolean valid, int depth) {
        JsonObject object = new JsonObject();
        JsonObject properties = schema.getJsonObject("properties", new JsonObject());
        JsonArray required = schema.getJsonArray("required", new JsonArray());
        for (String name : properties.fieldNames()) {
            if ((required.contains(name) && (valid || random.nextInt(5) > 0)) || random.nextInt(2) == 0) {
                object.put(name, value(properties.getJsonObject(name), valid, depth + 1));
            }
        }
        if (properties.isEmpty() && depth < 4) {
            for (String name :
                    List.of("application", "deviceGroup", "provisioningService", "hub", "query", "devices")) {
                if (random.nextInt(2) == 0) {
                    object.put(name, anything(depth + 1));
                }
            }
        }
        if (!valid && random.nextInt(4) == 0) {
            object.put(TEXTS.get(random.nextInt(TEXTS.size())), anything(depth + 1));
        }
        return object;
    }

    private String string(JsonObject schema, boolean valid) {
        if (!valid) {
            return TEXTS.get(random.nextInt(TEXTS.size()));
        }
        String pattern = schema.getString("pattern");
        if ("date-time".equals(schema.getString("format"))) {
            return "2099-0" + (1 + random.nextInt(9)) + "-01T00:00:00Z";
        }
        if (pattern == null) {
            return "text " + random.nextInt(1000);
        }
        return switch (pattern) {
            case "^[0-9]+$" -> Integer.toString(random.nextInt(100));
            case "^[A-Z_]+$" -> random.nextBoolean() ? "SILENT" : "NO_HANDLER";
            case "^[0-9a-f]{64}$" -> "0123456789abcdef".repeat(4);
            case "^[0-9]{1,6}[smhd]$" -> random.nextInt(100) + "d";
            default -> "name" + random.nextInt(100_000_000);
        };
    }

    private Object anything(int depth) {
        return switch (random.nextInt(depth > 5 ? 5 : 7)) {
            case 0 -> null;
            case 1 -> random.nextBoolean();
            case 2 -> random.nextLong();
            case 3 -> random.nextDouble() * 1e300;
            case 4 -> TEXTS.get(random.nextInt(TEXTS.size()));
            case 5 -> new JsonArray().add(anything(depth + 1)).add(anything(depth + 1));
            default -> new JsonObject().put(TEXTS.get(random.nextInt(TEXTS.size())), anything(depth + 1));
        };
    }
}
