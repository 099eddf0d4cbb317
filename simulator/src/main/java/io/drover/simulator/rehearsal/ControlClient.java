package io.drover.simulator.rehearsal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** The control API of a simulator process on loopback; methods block and fail with {@link RehearsalException}. */
final class ControlClient {
    private static final Duration DEADLINE = Duration.ofSeconds(60);

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final URI base;

    ControlClient(int port) {
        this("127.0.0.1", port);
    }

    ControlClient(String host, int port) {
        this.base = URI.create("http://" + host + ":" + port);
    }

    JsonNode get(String path) {
        return read(send(request(path).GET().build(), HttpResponse.BodyHandlers.ofByteArray()), path);
    }

    /** An answer that is no JSON. */
    String text(String path) {
        HttpResponse<String> answer = send(request(path).GET().build(), HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new RehearsalException("GET " + path + " answered " + answer.statusCode());
        }
        return answer.body();
    }

    JsonNode put(String path, JsonNode body) {
        return write("PUT", path, body);
    }

    JsonNode post(String path, JsonNode body) {
        return write("POST", path, body);
    }

    /** Reads a newline-delimited JSON answer line by line. */
    void lines(String path, Consumer<JsonNode> consumer) {
        HttpResponse<Stream<String>> answer = send(request(path).GET().build(), HttpResponse.BodyHandlers.ofLines());
        try (Stream<String> lines = answer.body()) {
            if (answer.statusCode() != 200) {
                throw new RehearsalException("GET " + path + " answered " + answer.statusCode());
            }
            lines.filter(line -> !line.isBlank()).forEach(line -> consumer.accept(parse(line, path)));
        }
    }

    private JsonNode write(String method, String path, JsonNode body) {
        HttpRequest request = request(path)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body.toString()))
                .build();
        return read(send(request, HttpResponse.BodyHandlers.ofByteArray()), path);
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(base.resolve(path)).timeout(DEADLINE);
    }

    private JsonNode read(HttpResponse<byte[]> answer, String path) {
        String text = new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8);
        if (answer.statusCode() / 100 != 2) {
            throw new RehearsalException(
                    answer.request().method() + " " + path + " answered " + answer.statusCode() + ": " + text);
        }
        return text.isBlank() ? json.nullNode() : parse(text, path);
    }

    private JsonNode parse(String text, String path) {
        try {
            return json.readTree(text);
        } catch (IOException e) {
            throw new RehearsalException(path + " answered no JSON: " + text, e);
        }
    }

    private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        try {
            return http.send(request, handler);
        } catch (IOException e) {
            throw new RehearsalException(request.method() + " " + request.uri() + " failed: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RehearsalException("Interrupted during " + request.uri(), e);
        }
    }
}
