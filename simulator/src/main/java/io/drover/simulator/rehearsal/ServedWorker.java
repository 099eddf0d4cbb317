package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.drover.simulator.process.ChildProcess;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A worker that serves its API and is told by it what to migrate. Methods block; closing ends the worker. */
final class ServedWorker implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Pattern ADDRESS = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");
    private static final String MIGRATIONS = "/api/v1/migrations";

    private final ChildProcess process;
    private final ControlClient api;

    private ServedWorker(ChildProcess process, ControlClient api) {
        this.process = process;
        this.api = api;
    }

    /** Starts it in the folder with its {@code worker.yaml}, and waits until it says where it listens. */
    static ServedWorker start(Path jar, Path folder, String clientSecret, List<String> jvmOptions) {
        ChildProcess process = ChildProcess.start(
                "serve",
                folder,
                jvmOptions,
                jar.toAbsolutePath(),
                List.of(
                        "serve",
                        "--config=" + folder.resolve("worker.yaml"),
                        "--stop-with-stdin",
                        "--set=api={ port: 0, limits: { requests: 1000/s } }"),
                Map.of(WorkerConfiguration.SECRET_VARIABLE, clientSecret));
        try {
            return new ServedWorker(process, new ControlClient(address(process).getPort()));
        } catch (RuntimeException failed) {
            process.close();
            throw failed;
        }
    }

    private static URI address(ChildProcess process) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!process.hasEnded() && System.nanoTime() < deadline) {
            Optional<String> line = process.nextLine(POLL);
            Matcher matcher = ADDRESS.matcher(line.orElse(""));
            if (matcher.find()) {
                return URI.create(matcher.group());
            }
        }
        throw process.failure("did not serve");
    }

    /** Makes a migration of this definition and has it carried out. */
    void migrate(JsonNode definition) {
        api.post(MIGRATIONS, definition);
        api.post(path(definition.path("name").asText()) + "/apply", JsonNodeFactory.instance.objectNode());
    }

    /** Has the devices that this migration moved brought back, by a migration of the other name. */
    void failBack(String migration, String name) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("name", name);
        api.post(path(migration) + "/failback", body);
    }

    /** The migration as the API tells it; throws when the worker has ended. */
    JsonNode look(String migration) {
        while (process.nextLine(Duration.ofMillis(1)).isPresent()) {
            // What it says is in its log; a full pipe would stop it.
        }
        if (process.hasEnded()) {
            throw process.failure("has ended");
        }
        return api.get(path(migration));
    }

    private static String path(String migration) {
        return MIGRATIONS + "/" + migration;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.close();
    }
}
