package io.drover.simulator.cloud.control;

import io.drover.simulator.cloud.Estate;
import io.drover.simulator.cloud.EstateBuilder;
import io.drover.simulator.cloud.fault.Fault;
import io.drover.simulator.cloud.fault.FaultFile;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** An estate that a cloud starts with, in the form of {@code PUT /control/estate}. */
public final class EstateFile {
    private EstateFile() {}

    /** Reads and builds it; blocks. Throws an IllegalArgumentException that names all mistakes. */
    public static void build(Path file, EstateBuilder builder, Consumer<Fault> faults) {
        EstateReader reader = new EstateReader();
        JsonObject json = json(file);
        List<Fault> plan = FaultFile.read(json.getValue("faults", new JsonArray()), reader.mistakes());
        json.remove("faults");
        Estate estate = reader.read(json);
        List<String> mistakes = reader.mistakes().isEmpty() ? builder.mistakesIn(estate) : reader.mistakes();
        if (!mistakes.isEmpty()) {
            throw new IllegalArgumentException("the estate " + file + " has mistakes: " + String.join("; ", mistakes));
        }
        builder.build(estate);
        plan.forEach(faults);
    }

    private static JsonObject json(Path file) {
        try {
            return new JsonObject(Files.readString(file));
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    "the estate " + file + " cannot be read; check the path given with --estate", unreadable);
        } catch (DecodeException malformed) {
            throw new IllegalArgumentException(
                    "the estate " + file + " is no JSON object: " + malformed.getMessage(), malformed);
        }
    }
}
