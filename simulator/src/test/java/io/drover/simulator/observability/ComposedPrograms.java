package io.drover.simulator.observability;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.drover.simulator.process.LocalPorts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
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
    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Map<String, Process> processes = new LinkedHashMap<>();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    ComposedPrograms(Path folder) throws IOException {
        this(folder, DEVICES);
    }

    ComposedPrograms(Path folder, int devices) throws IOException {
        this.folder = folder;
        this.services = new YAMLMapper()
                .readTree(ROOT.resolve("docker-compose.yml").toFile())
                .path("services");
        for (String port : List.of("8443", "8883", "5671", "9460", "9461", "9464", "5432")) {
            replacements.put(port, Integer.toString(LocalPorts.free()));
        }
        replacements.put("1000", Integer.toString(devices));
        Files.createDirectories(folder.resolve("state"));
        Files.createDirectories(folder.resolve("compose"));
        Path secrets = Files.createDirectories(folder.resolve("secrets"));
        for (String secret : List.of("client-secret", "ledger-password")) {
            Files.copy(ROOT.resolve("compose/rehearsal-secrets/" + secret), secrets.resolve(secret));
        }
        for (String file : List.of("compose/estate.json", "compose/worker.yaml")) {
            Files.writeString(folder.resolve(file), replaced(Files.readString(ROOT.resolve(file))));
        }
    }

    /** A program of the compose file; {@code more} comes last and in place of the compose file's options of these names. */
    Process start(String service, String... more) throws IOException {
        List<String> words = new ArrayList<>();
        services.path(service).path("command").forEach(word -> words.add(replaced(word.asText())));
        for (String word : more) {
            String option = word.replaceFirst("=.*", "");
            words.removeIf(given -> given.equals(option) || given.startsWith(option + "="));
        }
        words.addAll(List.of(more));
        Process process = launch(service, service, words);
        processes.put(service, process);
        return process;
    }

    /** Another verb of the worker, with the compose file's configuration, to its end; the exit code. */
    int run(String verb, List<String> more) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of(verb));
        services.path("worker").path("command").forEach(word -> {
            if (word.asText().startsWith("--config=")) {
                words.add(word.asText());
            }
        });
        words.addAll(more);
        Process process = launch("worker", "worker-" + verb, words);
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException(verb + " did not end: " + output("worker-" + verb));
        }
        return process.exitValue();
    }

    private Process launch(String service, String name, List<String> words) throws IOException {
        String jar = service.equals("worker") ? "worker" : "simulator";
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx256m",
                "-jar",
                ROOT.resolve(jar + "/target/" + jar + ".jar").toString()));
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(folder.resolve(name + ".out").toFile())
                .redirectError(log(name).toFile());
        builder.environment().putAll(environment);
        services.path(service)
                .path("environment")
                .properties()
                .forEach(entry -> builder.environment()
                        .put(entry.getKey(), entry.getValue().asText()));
        return builder.start();
    }

    /** A real PostgreSQL in place of the service of that name, with its user and database; whoever starts it closes it. */
    EmbeddedPostgres postgres() throws IOException, SQLException {
        JsonNode environment = services.path("postgres").path("environment");
        String password = Files.readString(folder.resolve("secrets/ledger-password"));
        EmbeddedPostgres postgres = EmbeddedPostgres.builder()
                .setPort(Integer.parseInt(port("5432")))
                .start();
        try (Connection connection = postgres.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            String user = environment.path("POSTGRES_USER").asText();
            statement.execute("CREATE ROLE " + user + " LOGIN PASSWORD '" + password + "'");
            statement.execute(
                    "CREATE DATABASE " + environment.path("POSTGRES_DB").asText() + " OWNER " + user);
        }
        return postgres;
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
                throw new IllegalStateException(service + " is not ready: " + output(service));
            }
            processes.get(service).waitFor(50, TimeUnit.MILLISECONDS);
        }
    }

    /** Every program that is started from now on has this variable too. */
    void environment(String variable, String value) {
        environment.put(variable, value);
    }

    /** What a service, or {@code worker-} and a verb, has printed so far: its results, then its log. */
    String output(String service) throws IOException {
        return Files.readString(folder.resolve(service + ".out")) + Files.readString(log(service));
    }

    /** Its standard error, where logs go. */
    Path log(String service) {
        return folder.resolve(service + ".log");
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

    /** Switches a fault of docs/faults.md on; more settings as its JSON has them. */
    void fault(String name, String json) throws IOException, InterruptedException {
        HttpRequest request = control(name)
                .header("content-type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(json))
                .build();
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
            throw new IllegalStateException(name + " was not taken: " + answer.body());
        }
    }

    /** Switches it off again. */
    void mend(String name) throws IOException, InterruptedException {
        http.send(control(name).DELETE().build(), HttpResponse.BodyHandlers.discarding());
    }

    private HttpRequest.Builder control(String fault) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port("9460") + "/control/faults/" + fault))
                .timeout(Duration.ofSeconds(10));
    }

    private HttpResponse<String> get(String composedPort, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port(composedPort) + path);
        return http.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** The text with the ports and the number of devices that stand for those of the compose file. */
    String replaced(String text) {
        String result =
                text.replace("/run/secrets/", folder.resolve("secrets") + "/").replace("//postgres:", "//127.0.0.1:");
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
