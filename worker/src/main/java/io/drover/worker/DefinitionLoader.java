package io.drover.worker;

import io.drover.worker.ConfigException.Problem;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads a migration's definition in JSON by the very rules of the YAML sections {@code migration} and {@code dispatch}. It names
 * no files: whoever asks through the API does not choose what the worker reads from its disk.
 */
public final class DefinitionLoader {
    private static final String REMEDY =
            "Put this migration into the worker's configuration file, whose section migration may name files.";
    private static final Mark MARK = new Mark("definition", 0, 0, 0, new int[0], 0);

    private DefinitionLoader() {}

    /**
     * The worker's configuration with this migration in it. Throws {@link ConfigException} that lists all mistakes, each
     * under the key's path in the definition.
     */
    public static WorkerConfig read(JsonObject definition, WorkerConfig worker) {
        JsonObject migration = definition.copy();
        Object dispatch = migration.remove("dispatch");
        JsonObject sections = new JsonObject().put("migration", migration);
        if (dispatch != null) {
            sections.put("dispatch", dispatch);
        }
        List<Problem> files = files(migration);
        try {
            return WorkerConfigLoader.define(node(sections), worker, files);
        } catch (ConfigException mistakes) {
            throw new ConfigException(
                    "the definition",
                    mistakes.problems().stream()
                            .map(one -> new Problem("", withoutSection(one.key()), one.what(), one.remedy()))
                            .distinct()
                            .toList());
        }
    }

    private static String withoutSection(String key) {
        return key.startsWith("migration.") ? key.substring("migration.".length()) : key;
    }

    /** Takes out what names a file, so that nothing is read; each is a mistake. */
    private static List<Problem> files(JsonObject migration) {
        List<Problem> found = new ArrayList<>();
        if (migration.getValue("source") instanceof JsonObject source
                && source.containsKey("devices")
                && !(source.getValue("devices") instanceof JsonArray)) {
            refuse(source, "source", "devices", "Write a list of device ids instead.", found);
        }
        if (migration.getValue("credentials") instanceof JsonObject credentials) {
            refuse(credentials, "credentials", "signingCertificates", REMEDY, found);
            refuse(credentials, "credentials", "deviceCertificates", REMEDY, found);
        }
        if (migration.getValue("owned") instanceof JsonObject owned) {
            refuse(owned, "owned", "mapping", REMEDY, found);
        }
        if (migration.getValue("rollout") instanceof JsonObject rollout
                && rollout.getValue("waves") instanceof JsonArray waves) {
            for (int i = 0; i < waves.size(); i++) {
                if (waves.getValue(i) instanceof JsonObject wave && wave.containsKey("file")) {
                    refuse(wave, "rollout.waves[" + i + "]", "file", REMEDY, found);
                    wave.put("devices", "1");
                }
            }
        }
        return found;
    }

    private static void refuse(JsonObject section, String path, String key, String remedy, List<Problem> found) {
        if (section.remove(key) != null) {
            found.add(new Problem("", path + "." + key, "names a file of the worker's machine.", remedy));
        }
    }

    private static Node node(Object value) {
        if (value instanceof JsonObject object) {
            List<NodeTuple> entries = new ArrayList<>();
            for (String key : object.fieldNames()) {
                if (object.getValue(key) != null) {
                    entries.add(new NodeTuple(scalar(key), node(object.getValue(key))));
                }
            }
            return new MappingNode(Tag.MAP, true, entries, MARK, MARK, FlowStyle.FLOW);
        }
        if (value instanceof JsonArray array) {
            List<Node> items = new ArrayList<>();
            for (int i = 0; i < array.size(); i++) {
                items.add(node(array.getValue(i)));
            }
            return new SequenceNode(Tag.SEQ, true, items, MARK, MARK, FlowStyle.FLOW);
        }
        return scalar(value == null ? "" : value.toString());
    }

    private static ScalarNode scalar(String text) {
        return new ScalarNode(Tag.STR, text, MARK, MARK, ScalarStyle.PLAIN);
    }

    /** The sections of a configuration file that a definition has, or null where there is no migration in it. */
    static JsonObject definitionIn(Node tree) {
        if (json(tree) instanceof JsonObject file && file.getValue("migration") instanceof JsonObject migration) {
            return file.containsKey("dispatch") ? migration.put("dispatch", file.getValue("dispatch")) : migration;
        }
        return null;
    }

    private static Object json(Node node) {
        if (node instanceof MappingNode mapping) {
            JsonObject object = new JsonObject();
            for (NodeTuple entry : mapping.getValue()) {
                if (entry.getKeyNode() instanceof ScalarNode key) {
                    object.put(key.getValue(), json(entry.getValueNode()));
                }
            }
            return object;
        }
        if (node instanceof SequenceNode sequence) {
            JsonArray array = new JsonArray();
            sequence.getValue().forEach(item -> array.add(json(item)));
            return array;
        }
        if (node instanceof ScalarNode scalar) {
            String text = scalar.getValue();
            boolean number = scalar.getTag().equals(Tag.INT) && text.matches("-?\\d{1,9}");
            return scalar.getTag().equals(Tag.BOOL)
                    ? Boolean.valueOf(text)
                    : number ? (Object) Integer.valueOf(text) : text;
        }
        return null;
    }
}
