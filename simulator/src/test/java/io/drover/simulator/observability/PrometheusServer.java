package io.drover.simulator.observability;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.drover.simulator.process.LocalPorts;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * A real Prometheus with the configuration and rules under dashboards/prometheus, in which nothing is changed but ports and
 * times: it scrapes and evaluates twice a second, and a minute of the rules is a second, two at least.
 */
final class PrometheusServer {
    private static final Pattern MINUTES = Pattern.compile("(?<=\\[|for: |offset )(\\d+)m\\b");
    private static final Duration START = Duration.ofSeconds(20);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final Path folder;
    private final Process process;
    private final int port;

    private PrometheusServer(Path folder, Process process, int port) {
        this.folder = folder;
        this.process = process;
        this.port = port;
    }

    /** Starts it in the folder, to scrape these programs whether they run yet or not. */
    static PrometheusServer start(Path folder, ComposedPrograms programs) throws Exception {
        String program = PrometheusTools.program("prometheus");
        Path source = Dashboards.RULES.getParent();
        Files.createDirectories(folder);
        Files.writeString(
                folder.resolve("prometheus.yml"),
                programs.replaced(Files.readString(source.resolve("prometheus.yml")))
                        .replace("_interval: 5s", "_interval: 500ms"));
        Files.writeString(folder.resolve("rules.yml"), compressed(Files.readString(Dashboards.RULES)));
        int port = LocalPorts.free();
        Process process = new ProcessBuilder(
                        program,
                        "--config.file=prometheus.yml",
                        "--storage.tsdb.path=data",
                        "--web.listen-address=127.0.0.1:" + port,
                        "--log.level=warn")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.out").toFile())
                .start();
        PrometheusServer server = new PrometheusServer(folder, process, port);
        server.awaitReady();
        return server;
    }

    /** The same rules sixty times faster: only ranges, offsets and holding times. */
    static String compressed(String rules) {
        return MINUTES.matcher(rules).replaceAll(minutes -> Math.max(2, Integer.parseInt(minutes.group(1))) + "s");
    }

    private void awaitReady() throws Exception {
        long deadline = System.nanoTime() + START.toNanos();
        while (!isReady()) {
            if (System.nanoTime() > deadline || process.waitFor(100, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(
                        "Prometheus is not ready: " + Files.readString(folder.resolve("prometheus.out")));
            }
        }
    }

    private boolean isReady() throws InterruptedException {
        try {
            return get("/-/ready").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** The result of an instant query; fails with Prometheus' words when the query is not valid. */
    JsonNode query(String expression) throws IOException, InterruptedException {
        return data("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .path("result");
    }

    /** The types that scrapes have told of each metric family. */
    JsonNode metadata() throws IOException, InterruptedException {
        return data("/api/v1/metadata");
    }

    /** Labels and annotations of what fires now. */
    List<JsonNode> firing() throws IOException, InterruptedException {
        List<JsonNode> firing = new ArrayList<>();
        data("/api/v1/alerts").path("alerts").forEach(alert -> {
            if (alert.path("state").asText().equals("firing")) {
                firing.add(alert);
            }
        });
        return firing;
    }

    private JsonNode data(String path) throws IOException, InterruptedException {
        JsonNode answer = new ObjectMapper().readTree(get(path).body());
        if (!answer.path("status").asText().equals("success")) {
            throw new AssertionError(path + ": " + answer);
        }
        return answer.path("data");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(15, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
