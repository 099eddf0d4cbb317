package io.drover.worker.azure.entra;

import io.drover.worker.azure.AzureException;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Clock;
import java.time.Instant;
import java.util.Set;

/** Reads what a token endpoint answers; numbers may come as texts, as identity endpoints of machines write them. */
final class TokenAnswer {
    private static final int LONGEST = 700;
    private static final long USUAL_SECONDS = 3600;

    private TokenAnswer() {}

    /**
     * The token, or a refusal.
     *
     * @param asked who asked whom for what, to begin a message with
     * @param passing statuses beside 429 and 5xx after which the same request may succeed
     * @param advice what to do about a refusal
     */
    static Future<AccessToken> read(
            HttpResponse<Buffer> answer, String asked, Set<Integer> passing, String advice, Clock clock) {
        JsonObject body = json(answer);
        String token = text(body, "access_token");
        int status = answer.statusCode();
        if (status == 200 && !token.isEmpty()) {
            return Future.succeededFuture(new AccessToken(token, expiry(body, clock.instant())));
        }
        String error = text(body, "error");
        String description = text(body, "error_description");
        String said = description.isEmpty() ? (error.isEmpty() ? "HTTP status " + status : error) : description;
        String told = asked + ": " + shortened(said) + (said.endsWith(".") ? " " : ". ");
        boolean later =
                status == 429 || status >= 500 || passing.contains(status) || error.equals("temporarily_unavailable");
        return Future.failedFuture(
                later
                        ? new AzureException(429, "SignInUnavailable", told + "Nothing was sent. Run again later.")
                        : new AzureException(401, "SignInFailed", told + advice));
    }

    private static Instant expiry(JsonObject body, Instant now) {
        long on = number(body.getValue("expires_on"), 0);
        return on > 0 ? Instant.ofEpochSecond(on) : now.plusSeconds(number(body.getValue("expires_in"), USUAL_SECONDS));
    }

    private static long number(Object value, long fallback) {
        if (value instanceof Number number) {
            return number.longValue();
        }
        return value instanceof String text && text.matches("\\d{1,15}") ? Long.parseLong(text) : fallback;
    }

    private static String text(JsonObject body, String key) {
        return body.getValue(key) instanceof String text ? text : "";
    }

    private static JsonObject json(HttpResponse<Buffer> answer) {
        try {
            JsonObject body = answer.bodyAsJsonObject();
            return body == null ? new JsonObject() : body;
        } catch (DecodeException | ClassCastException notJson) {
            return new JsonObject();
        }
    }

    private static String shortened(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
    }
}
