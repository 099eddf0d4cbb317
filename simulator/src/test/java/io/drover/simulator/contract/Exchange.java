package io.drover.simulator.contract;

import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** One recorded request and its answer. */
record Exchange(
        String method,
        String host,
        String path,
        MultiMap query,
        JsonObject requestHeaders,
        String requestBody,
        int status,
        String answerBody) {

    /** All of a recording. Fails when its end says that exchanges were lost, or when it has no end. */
    static List<Exchange> read(Path recording) throws IOException {
        List<JsonObject> lines =
                Files.readAllLines(recording).stream().map(JsonObject::new).toList();
        JsonObject last = lines.get(lines.size() - 1);
        if (last.getLong("lost", -1L) != 0) {
            throw new IOException("the recording " + recording + " is not whole; its last line is " + last);
        }
        return lines.subList(0, lines.size() - 1).stream()
                .filter(line -> isUri(line.getString("uri")))
                .map(Exchange::of)
                .toList();
    }

    /** What is no URI names no operation; it is refused before one is looked for. */
    private static boolean isUri(String text) {
        try {
            return new URI(text).getPath() != null;
        } catch (URISyntaxException malformed) {
            return false;
        }
    }

    private static Exchange of(JsonObject line) {
        URI uri = URI.create(line.getString("uri"));
        return new Exchange(
                line.getString("method"),
                line.getString("host"),
                uri.getPath(),
                query(uri.getRawQuery()),
                line.getJsonObject("requestHeaders"),
                line.getString("requestBody"),
                line.getInteger("status"),
                line.getString("answerBody"));
    }

    private static MultiMap query(String raw) {
        MultiMap parameters = MultiMap.caseInsensitiveMultiMap();
        if (raw != null) {
            for (String part : raw.split("&", -1)) {
                int equals = part.indexOf('=');
                String name = equals < 0 ? part : part.substring(0, equals);
                parameters.add(
                        URLDecoder.decode(name, StandardCharsets.UTF_8),
                        equals < 0 ? "" : URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
            }
        }
        return parameters;
    }
}
