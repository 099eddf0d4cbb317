package io.drover.worker.cli;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;

/** A definition in a file, kept by a serving worker as a draft. */
final class RemoteDefinition {
    private RemoteDefinition() {}

    /** Makes the draft, or changes one of this name. Blocks. */
    static void keep(RemoteWorker worker, String migration, Path file) throws IOException, InterruptedException {
        JsonObject definition = read(file).put("name", migration);
        String path = RemoteVerb.path(migration) + "/definition";
        String etag = worker.etag(path);
        if (etag.isEmpty()) {
            worker.post("/migrations", definition);
        } else {
            worker.write("PUT", path, definition, etag);
        }
    }

    private static JsonObject read(Path file) throws IOException {
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException("--definition: there is no readable file " + file
                    + ". Write the path of a file with the configuration's section migration.");
        }
        Object read;
        try {
            read = new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
        } catch (YAMLException e) {
            throw new IllegalArgumentException(
                    "--definition: " + file + " is neither YAML nor JSON: " + e.getMessage(), e);
        }
        Object section = read instanceof Map<?, ?> all && all.containsKey("migration") ? all.get("migration") : read;
        if (!(section instanceof Map<?, ?> fields)) {
            throw new IllegalArgumentException(
                    "--definition: " + file + " holds no definition. Write the configuration's section migration.");
        }
        JsonObject definition = new JsonObject();
        fields.forEach((key, value) -> definition.put(String.valueOf(key), value));
        return new JsonObject(definition.encode());
    }
}
