package io.drover.simulator.fleet;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A YAML document that remembers the line of everything in it, so that a mistake can be reported with its place. */
sealed interface YamlTree {
    int line();

    /** The same as JSON: every scalar is a text, an empty one null. */
    default JsonNode toJson() {
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (this instanceof Mapping mapping) {
            ObjectNode object = json.objectNode();
            mapping.entries().forEach((key, value) -> object.set(key, value.toJson()));
            return object;
        }
        if (this instanceof Sequence sequence) {
            ArrayNode array = json.arrayNode();
            sequence.items().forEach(item -> array.add(item.toJson()));
            return array;
        }
        String text = ((Scalar) this).text();
        return text.isEmpty() ? json.nullNode() : json.textNode(text);
    }

    /** A text, number or boolean, as written. */
    record Scalar(int line, String text) implements YamlTree {}

    /** Keys with their values, in the order of the file. */
    record Mapping(int line, Map<String, YamlTree> entries) implements YamlTree {}

    /** A list. */
    record Sequence(int line, List<YamlTree> items) implements YamlTree {}

    /** Parses one document; a key given twice goes into {@code mistakes}. */
    static YamlTree parse(String text, List<String> mistakes) throws IOException {
        try (JsonParser parser = new YAMLFactory().createParser(text)) {
            parser.nextToken();
            return read(parser, mistakes);
        }
    }

    private static YamlTree read(JsonParser parser, List<String> mistakes) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            return new Scalar(1, "");
        }
        int line = parser.currentTokenLocation().getLineNr();
        if (token == JsonToken.START_OBJECT) {
            Map<String, YamlTree> entries = new LinkedHashMap<>();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = parser.currentName();
                int keyLine = parser.currentTokenLocation().getLineNr();
                parser.nextToken();
                if (entries.put(key, read(parser, mistakes)) != null) {
                    mistakes.add("line " + keyLine + ": '" + key + "' is given twice; keep one");
                }
            }
            return new Mapping(line, entries);
        }
        if (token == JsonToken.START_ARRAY) {
            List<YamlTree> items = new ArrayList<>();
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                items.add(read(parser, mistakes));
            }
            return new Sequence(line, items);
        }
        return new Scalar(line, token == JsonToken.VALUE_NULL ? "" : parser.getText());
    }
}
