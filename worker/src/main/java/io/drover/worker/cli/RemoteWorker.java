package io.drover.worker.cli;

import io.drover.worker.azure.hub.TrustStore;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A worker that serves, reached through its API. Blocks; for the main thread. Failures are for the operator to read. */
final class RemoteWorker {
    private static final Duration DEADLINE = Duration.ofSeconds(60);
    private static final String TOKEN = "DROVER_API_TOKEN";

    private final String server;
    private final String token;
    private final HttpClient http;

    /** An answer of 400 or more. */
    static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int status;

        RefusedException(int status, String message) {
            super(message);
            this.status = status;
        }

        int status() {
            return status;
        }
    }

    /**
     * @param server URL of the worker, without a path
     * @param tokenFile holds a bearer token, or null for the environment's or none
     * @param ca an authority to trust besides Java's own, PEM, or null
     */
    RemoteWorker(URI server, Path tokenFile, Path ca) throws IOException, GeneralSecurityException {
        boolean http = "http".equals(server.getScheme()) || "https".equals(server.getScheme());
        if (!http || server.getHost() == null) {
            throw new IllegalArgumentException(
                    "--server: '" + server + "' is no URL of a worker. Write one like http://127.0.0.1:8090.");
        }
        this.server = server.toString().replaceFirst("/+$", "") + "/api/v1";
        this.token = token(tokenFile);
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10));
        this.http = (ca == null
                        ? builder
                        : builder.sslContext(TrustStore.defaultsAnd(ca).context()))
                .build();
    }

    private static String token(Path file) throws IOException {
        if (file == null) {
            return System.getenv(TOKEN);
        }
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException("--token-file: there is no readable file " + file
                    + ". Write the path of a file that holds an access token.");
        }
        return Files.readString(file).strip();
    }

    /** One segment of a path. */
    static String segment(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    JsonObject get(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer =
                http.send(request(path).timeout(DEADLINE).GET().build(), BodyHandlers.ofByteArray());
        return json(judged(answer, answer.body()));
    }

    /** Carries a write out once, also when the connection breaks and it is sent again. */
    JsonObject post(String path, JsonObject body) throws IOException, InterruptedException {
        return write("POST", path, body, null);
    }

    JsonObject write(String method, String path, JsonObject body, String ifMatch)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path)
                .timeout(DEADLINE)
                .header("content-type", "application/json")
                .header("idempotency-key", UUID.randomUUID().toString())
                .method(method, BodyPublishers.ofString(body.encode()));
        if (ifMatch != null) {
            request.header("if-match", ifMatch);
        }
        HttpResponse<byte[]> answer;
        try {
            answer = http.send(request.build(), BodyHandlers.ofByteArray());
        } catch (java.net.ConnectException nobody) {
            throw unreachable(nobody);
        } catch (IOException broken) {
            answer = http.send(request.build(), BodyHandlers.ofByteArray());
        }
        return json(judged(answer, answer.body()));
    }

    /** The ETag of what is there, empty when nothing is. */
    String etag(String path) throws IOException, InterruptedException {
        HttpResponse<byte[]> answer =
                http.send(request(path).timeout(DEADLINE).GET().build(), BodyHandlers.ofByteArray());
        return answer.statusCode() == 404
                ? ""
                : judged(answer, answer.body()).headers().firstValue("etag").orElse("");
    }

    /** A file; to be closed. */
    InputStream file(String path) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer = http.send(request(path).GET().build(), BodyHandlers.ofInputStream());
        if (answer.statusCode() >= 400) {
            try (InputStream body = answer.body()) {
                judged(answer, body.readAllBytes());
            }
        }
        return answer.body();
    }

    /** Lines of an event stream; to be closed. */
    Stream<String> events(String path, String lastEventId) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path).header("accept", "text/event-stream");
        if (lastEventId != null) {
            request.header("last-event-id", lastEventId);
        }
        HttpResponse<Stream<String>> answer = http.send(request.GET().build(), BodyHandlers.ofLines());
        if (answer.statusCode() >= 400) {
            try (Stream<String> lines = answer.body()) {
                judged(answer, String.join("", lines.toList()).getBytes(StandardCharsets.UTF_8));
            }
        }
        return answer.body();
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + path));
        return token == null || token.isEmpty() ? request : request.header("authorization", "Bearer " + token);
    }

    /** Between two looks at what the worker does. */
    void rest(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    /** What to say when nobody answers. */
    IllegalStateException unreachable(IOException cause) {
        return new IllegalStateException(
                "No worker answers at " + server + " (" + cause.getClass().getSimpleName()
                        + "). Start one with serve, or correct --server.",
                cause);
    }

    private static JsonObject json(HttpResponse<byte[]> answer) {
        return answer.body().length == 0
                ? new JsonObject()
                : Buffer.buffer(answer.body()).toJsonObject();
    }

    private static <T> HttpResponse<T> judged(HttpResponse<T> answer, byte[] body) {
        if (answer.statusCode() < 400) {
            return answer;
        }
        String said;
        try {
            JsonObject problem = Buffer.buffer(body).toJsonObject();
            StringBuilder text = new StringBuilder(problem.getString("detail", problem.getString("title", "")));
            for (Object each : problem.getJsonArray("problems", new JsonArray())) {
                JsonObject mistake = (JsonObject) each;
                text.append(System.lineSeparator())
                        .append("  ")
                        .append(mistake.getString("where"))
                        .append(' ')
                        .append(mistake.getString("problem"))
                        .append(' ')
                        .append(mistake.getString("remedy"));
            }
            said = text.toString();
        } catch (DecodeException | ClassCastException notOurs) {
            said = "The server answered " + answer.statusCode() + " and is no worker, or a proxy stands before it.";
        }
        throw new RefusedException(
                answer.statusCode(),
                answer.statusCode() == 401
                        ? said + " Give an access token with --token-file or in " + TOKEN + "."
                        : said);
    }
}
