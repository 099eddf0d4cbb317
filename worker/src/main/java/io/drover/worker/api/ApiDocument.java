package io.drover.worker.api;

import io.vertx.core.json.JsonObject;
import io.vertx.openapi.contract.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The API's OpenAPI document.
 *
 * @param yaml as it is served
 * @param json the same as JSON
 */
public record ApiDocument(String yaml, JsonObject json) {
    private static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch", "head", "options");

    /** Reads the document from the program itself; blocks for a moment. */
    public static ApiDocument load() {
        try (InputStream in = ApiDocument.class.getResourceAsStream("openapi.yaml")) {
            String yaml = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            Map<String, Object> parsed = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
            return new ApiDocument(yaml, new JsonObject(parsed));
        } catch (IOException e) {
            throw new UncheckedIOException("the OpenAPI document is not in the program", e);
        }
    }

    /** The document without the media types of answers that the router does not know; it checks requests only. */
    JsonObject routable() {
        JsonObject copy = new JsonObject(json.encode());
        // The router takes absolute URLs only, and is mounted under their path.
        JsonObject server = copy.getJsonArray("servers").getJsonObject(0);
        server.put("url", "http://localhost" + server.getString("url"));
        JsonObject paths = copy.getJsonObject("paths");
        for (String path : paths.fieldNames()) {
            for (String method : METHODS) {
                JsonObject operation = paths.getJsonObject(path).getJsonObject(method);
                if (operation != null) {
                    knownOnly(operation.getJsonObject("responses"));
                }
            }
        }
        knownOnly(copy.getJsonObject("components").getJsonObject("responses"));
        return copy;
    }

    private static void knownOnly(JsonObject responses) {
        for (String name : List.copyOf(responses.fieldNames())) {
            JsonObject response = responses.getJsonObject(name);
            JsonObject content = response.getJsonObject("content");
            if (content != null) {
                List.copyOf(content.fieldNames()).stream()
                        .filter(type -> !MediaType.isMediaTypeSupported(type))
                        .forEach(content::remove);
                if (content.isEmpty()) {
                    response.remove("content");
                }
            }
        }
    }
}
