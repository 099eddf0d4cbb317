package io.drover.simulator.cloud.fault;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Faults that are given as a list: a YAML or JSON file, or the {@code faults} of an estate. */
public final class FaultFile {
    private FaultFile() {}

    /** Reads the file; blocks. Throws an IllegalArgumentException that names all mistakes. */
    public static List<Fault> read(Path file) {
        List<String> mistakes = new ArrayList<>();
        List<Fault> faults = List.of();
        try {
            JsonNode tree = new ObjectMapper(new YAMLFactory()).readTree(Files.readString(file));
            JsonNode list = tree.isObject() && tree.size() == 1 && tree.has("faults") ? tree.get("faults") : tree;
            if (!list.isArray()) {
                mistakes.add("must be a list of faults, or the key 'faults' with one");
            } else {
                faults = read(new JsonArray(list.toString()), mistakes);
            }
        } catch (JsonProcessingException malformed) {
            mistakes.add("is neither YAML nor JSON: " + malformed.getOriginalMessage());
        } catch (IOException unreadable) {
            mistakes.add("cannot be read; check the path given with --faults");
        }
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException(
                    "the faults in " + file + " have mistakes: " + String.join("; ", mistakes));
        }
        return faults;
    }

    /** The faults of a list; worth using only when nothing was added to the mistakes. */
    public static List<Fault> read(Object list, List<String> mistakes) {
        List<Fault> faults = new ArrayList<>();
        if (!(list instanceof JsonArray array)) {
            mistakes.add("faults: must be a list");
            return faults;
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < array.size(); i++) {
            String place = "faults[" + i + "]";
            if (!(array.getValue(i) instanceof JsonObject json)) {
                mistakes.add(place + ": must be an object");
                continue;
            }
            FaultReader reader = new FaultReader(place);
            reader.read(null, json).ifPresent(fault -> {
                faults.add(fault);
                if (!names.add(fault.name())) {
                    mistakes.add(place + ".name: '" + fault.name() + "' is given twice");
                }
            });
            mistakes.addAll(reader.mistakes());
        }
        return faults;
    }
}
