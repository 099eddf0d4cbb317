package io.drover.worker.plan;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.drover.worker.plan.Planner.Planned;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A plan that was kept, for an apply to be held against: when it was made, how long it is valid, of which configuration,
 * what the target was like, and each device with its verdict. It holds no secret.
 *
 * @param configuration digest of the configuration that the plan was made with
 * @param facts of source and target that must not change, by name
 * @param blocking what would make an apply fail
 * @param devices digest of the devices and verdicts; see {@link PlanDigest}
 */
public record PlanFile(
        Path file,
        Instant madeAt,
        Instant validUntil,
        String configuration,
        Map<String, String> facts,
        List<String> blocking,
        String devices)
        implements KeptPlan {
    private static final JsonFactory JSON = new JsonFactory();

    public PlanFile {
        facts = Map.copyOf(facts);
        blocking = List.copyOf(blocking);
    }

    /**
     * Writes the plan, replacing a file that is there only when all is written. Blocks on the file system.
     *
     * @param configuration digest of the configuration
     * @param now when the plan was made
     */
    public static Future<Void> save(Path file, Planned planned, String configuration, Instant now, Duration valid) {
        Path part = file.resolveSibling(file.getFileName() + ".part");
        PrintWriter out;
        try {
            out = new PrintWriter(Files.newBufferedWriter(part, StandardCharsets.UTF_8));
        } catch (IOException e) {
            return unwritable(file, e);
        }
        JsonObject facts = new JsonObject();
        PlanDrift.facts(planned.plan()).forEach(facts::put);
        return PlanDigest.of(planned.devices())
                .compose(digest -> PlanJson.write(
                        out,
                        new JsonObject()
                                .put("madeAt", now.toString())
                                .put("validUntil", now.plus(valid).toString())
                                .put("configuration", configuration)
                                .put("facts", facts)
                                .put("devicesDigest", digest)
                                .mergeIn(PlanJson.summary(planned.plan())),
                        planned.devices()))
                .compose(done -> finish(out, part, file));
    }

    private static Future<Void> finish(PrintWriter out, Path part, Path file) {
        boolean failed = out.checkError();
        out.close();
        try {
            if (failed) {
                throw new IOException("the file system took not all of it");
            }
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
            return Future.succeededFuture();
        } catch (IOException e) {
            return unwritable(file, e);
        }
    }

    private static Future<Void> unwritable(Path file, IOException cause) {
        return Future.failedFuture(new IllegalArgumentException(
                "The plan cannot be written to " + file + " ("
                        + cause.getClass().getSimpleName() + "). Name a file in a folder that is there and writable.",
                cause));
    }

    /** Reads all but the devices. Blocks on the file system. Throws IllegalArgumentException when it is no plan. */
    public static PlanFile read(Path file) {
        try (JsonParser parser = JSON.createParser(file.toFile())) {
            Map<String, String> texts = new HashMap<>();
            Map<String, String> facts = new HashMap<>();
            List<String> blocking = new ArrayList<>();
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("rows")) {
                    break;
                } else if (name.equals("facts")) {
                    while (parser.nextToken() == JsonToken.FIELD_NAME) {
                        String fact = parser.currentName();
                        parser.nextToken();
                        facts.put(fact, parser.getText());
                    }
                } else if (name.equals("checks")) {
                    blocking(parser, blocking);
                } else if (value.isStructStart()) {
                    parser.skipChildren();
                } else {
                    texts.put(name, parser.getText());
                }
            }
            return of(file, texts, facts, blocking);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "The plan " + file + " cannot be read: " + e.getMessage() + ". Make one with plan --save.", e);
        }
    }

    private static void blocking(JsonParser parser, List<String> blocking) throws IOException {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            Map<String, String> check = new HashMap<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                check.put(field, parser.getText());
            }
            if (PlanCheck.Outcome.BLOCKING.name().equals(check.get("outcome"))) {
                blocking.add(check.get("subject") + ": " + check.get("text"));
            }
        }
    }

    private static PlanFile of(Path file, Map<String, String> texts, Map<String, String> facts, List<String> blocking) {
        try {
            return new PlanFile(
                    file,
                    Instant.parse(texts.getOrDefault("madeAt", "")),
                    Instant.parse(texts.getOrDefault("validUntil", "")),
                    texts.getOrDefault("configuration", ""),
                    facts,
                    blocking,
                    texts.getOrDefault("devicesDigest", ""));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    file + " is not a plan that apply can be held against. Make one with plan --save " + file + ".", e);
        }
    }

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public Future<Map<String, String>> verdicts(Vertx vertx) {
        return vertx.executeBlocking(this::readVerdicts);
    }

    private Map<String, String> readVerdicts() {
        Map<String, String> verdicts = new HashMap<>();
        try (JsonParser parser = JSON.createParser(file.toFile())) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean rows = parser.currentName().equals("rows");
                parser.nextToken();
                if (rows) {
                    rows(parser, verdicts);
                } else {
                    parser.skipChildren();
                }
            }
            return verdicts;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "The plan " + file + " cannot be read: " + e.getMessage() + ". Make a new one.", e);
        }
    }

    private static void rows(JsonParser parser, Map<String, String> verdicts) throws IOException {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            String device = "";
            String verdict = "";
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                if (field.equals("device")) {
                    device = parser.getText();
                } else if (field.equals("verdict")) {
                    verdict = parser.getText();
                }
            }
            verdicts.put(device, PlanDigest.lasting(verdict));
        }
    }
}
