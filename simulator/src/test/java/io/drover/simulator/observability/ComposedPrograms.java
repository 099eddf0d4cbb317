package io.drover.simulator.observability;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** Runs the programs with the command lines of docker-compose.yml, without Docker: free ports and fewer devices, all else the same. */
final class ComposedPrograms {
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    static final int DEVICES = 30;

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Path folder;
    private final JsonNode services;
    private final Map<String, String> replacements = new LinkedHashMap<>();
    private final Map<String, Process> processes = new LinkedHashMap<>();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    ComposedPrograms(Path folder) throws IOException {
        this.folder = folder;
        this.services = new YAMLMapper()
                .readTree(ROOT.resolve("docker-compose.yml").toFile())
                .path("services");
        for (String port : List.of("8443", "8883", "5671", "9460", "9461", "9464")) {
            try (ServerSocket free = new ServerSocket(0)) {
                replacements.put(port, Integer.toString(free.getLocalPort()));
            }
        }
        replacements.put("1000", Integer.toString(DEVICES));
        Files.createDirectories(folder.resolve("state"));
        Files.createDirectories(folder.resolve("compose"));
        for (String file : List.of("compose/estate.json", "compose/worker.yaml")) {
            Files.writeString(folder.resolve(file), replaced(Files.readString(ROOT.resolve(file))));
        }
    }

    /** A program of the compose file; {@code more} comes last and so overrides an option given before. */
    Process start(String service, String... more) throws IOException {
        String jar = service.equals("worker") ? "worker" : "simulator";
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx256m",
                "-jar",
                ROOT.resolve(jar + "/target/" + jar + ".jar").toString()));
        services.path(service).path("command").forEach(word -> command.add(replaced(word.asText())));
        for (String word : more) {
            command.removeIf(given -> given.startsWith(word.substring(0, word.indexOf('=') + 1)));
            command.add(word);
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(service + ".out").toFile());
        services.path(service)
                .path("environment")
                .properties()
                .forEach(entry -> builder.environment()
                        .put(entry.getKey(), entry.getValue().asText()));
        Process process = builder.start();
        processes.put(service, process);
        return process;
    }

    /** The port that stands for one of the compose file. */
    String port(String composed) {
        return replacements.get(composed);
    }

    /** Waits until the program on the port says that it is ready. */
    void awaitReady(String service, String composedPort) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (status(composedPort, "/health/ready") != 200) {
            if (System.nanoTime() > deadline || !processes.get(service).isAlive()) {
                throw new IllegalStateException(
                        service + " is not ready: " + Files.readString(folder.resolve(service + ".out")));
            }
            processes.get(service).waitFor(50, TimeUnit.MILLISECONDS);
        }
    }

    String output(String service) throws IOException {
        return Files.readString(folder.resolve(service + ".out"));
    }

    /** 0 when nothing listens. */
    int status(String composedPort, String path) throws InterruptedException {
        try {
            return get(composedPort, path).statusCode();
        } catch (IOException nobody) {
            return 0;
        }
    }

    Samples scrape(String composedPort) throws IOException, InterruptedException {
        return Samples.parse(get(composedPort, "/metrics").body());
    }

    private HttpResponse<String> get(String composedPort, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port(composedPort) + path);
        return http.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String replaced(String text) {
        String result = text;
        for (String given : new TreeSet<>(replacements.keySet())) {
            result = result.replaceAll("(?<!\\d)" + given + "(?!\\d)", replacements.get(given));
        }
        return result;
    }

    void stop() throws InterruptedException {
        for (Process process : processes.values()) {
            process.destroy();
            if (!process.waitFor(15, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        }
    }
}
