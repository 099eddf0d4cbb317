package io.drover.simulator.cloud.central;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;

/** One request to an application's REST API: its parts, and the answers in IoT Central's shapes. */
final class CentralRequest {
    private static final String APP = "central.app";
    private static final String CALLER = "central.caller";
    private static final String REQUEST_ID = "central.requestId";
    private static final String SKIP = "$skiptoken";
    private static final String SKIP_PREFIX = "1:";

    private final RoutingContext context;

    CentralRequest(RoutingContext context) {
        this.context = context;
    }

    static void bind(RoutingContext context, CentralApp app, CentralCaller caller) {
        context.put(APP, app);
        context.put(CALLER, caller);
    }

    static void retryAfter(RoutingContext context, long seconds) {
        context.response().putHeader("retry-after", Long.toString(seconds));
    }

    void retryAfter(long seconds) {
        retryAfter(context, seconds);
    }

    static void number(RoutingContext context, String requestId) {
        context.put(REQUEST_ID, requestId);
        context.response().putHeader("x-ms-request-id", requestId);
    }

    CentralApp app() {
        return context.get(APP);
    }

    CentralCaller caller() {
        return context.get(CALLER);
    }

    /** Throws Forbidden unless the caller's roles give the right. */
    void require(Right right) {
        if (!caller().may(right)) {
            throw new CentralException(
                    403,
                    "Forbidden",
                    "The roles of " + caller().name() + " do not give the right " + right.text() + ".");
        }
    }

    /** Whether the caller's roles reach what belongs to this organization (null: to the application itself). */
    boolean sees(String organization) {
        return app().members().sees(caller(), organization);
    }

    /** A path parameter, percent-decoded. */
    String parameter(String name) {
        return context.pathParam(name);
    }

    /** A path parameter that names something to create. */
    String identifier(String name, Pattern allowed) {
        String id = parameter(name);
        if (!allowed.matcher(id).matches()) {
            throw new CentralException(400, "InvalidParameter", "The id '" + id + "' must match " + allowed + ".");
        }
        return id;
    }

    String header(String name) {
        return context.request().getHeader(name);
    }

    /** Throws unless the If-Match header is absent, {@code *} or the etag. */
    void requireMatch(String etag) {
        String wanted = header("if-match");
        if (wanted != null && !wanted.equals("*") && !wanted.equals(etag)) {
            throw CentralException.etagMismatch();
        }
    }

    JsonObject body() {
        try {
            JsonObject body = context.body().asJsonObject();
            if (body != null) {
                return body;
            }
        } catch (DecodeException | ClassCastException malformed) {
            // answered below, the same as no body at all
        }
        throw CentralException.invalidBody("The request body must be a JSON object.");
    }

    /** The body, or an empty object when the request has none. */
    JsonObject bodyIfAny() {
        return context.body() == null || context.body().length() <= 0 ? new JsonObject() : body();
    }

    /** The key behind which the asked-for page starts, or null for the first page. */
    String pageAfter() {
        String token = context.request().getParam(SKIP);
        if (token == null) {
            return null;
        }
        try {
            String text = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            if (text.startsWith(SKIP_PREFIX)) {
                return text.substring(SKIP_PREFIX.length());
            }
        } catch (IllegalArgumentException malformed) {
            // answered below, the same as a token of another version
        }
        throw new CentralException(400, "InvalidParameter", "The $skiptoken is not one this application gave.");
    }

    <V> void answerPage(Page<V> page, Function<? super V, JsonObject> shown) {
        JsonArray values = new JsonArray();
        page.values().forEach(value -> values.add(shown.apply(value)));
        JsonObject body = new JsonObject().put("value", values);
        if (page.lastKey() != null) {
            body.put("nextLink", nextLink(page.lastKey()));
        }
        answer(200, body);
    }

    void answer(int status, JsonObject body) {
        context.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/json; charset=utf-8")
                .end(body.toBuffer());
    }

    void answerEmpty() {
        context.response().setStatusCode(204).end();
    }

    /** Answers with {@code {"error":{code,message,requestId,time}}}, time in the RFC 1123 form. */
    void refuse(CentralException problem, Clock clock) {
        if (context.response().ended()) {
            return;
        }
        if (context.get(REQUEST_ID) == null) {
            number(context, UUID.randomUUID().toString());
        }
        context.response().putHeader("x-ms-error-code", problem.code());
        answer(
                problem.status(),
                new JsonObject()
                        .put(
                                "error",
                                new JsonObject()
                                        .put("code", problem.code())
                                        .put("message", problem.getMessage())
                                        .put("requestId", context.<String>get(REQUEST_ID))
                                        .put(
                                                "time",
                                                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                                                        clock.instant().atOffset(ZoneOffset.UTC)))));
    }

    private String nextLink(String lastKey) {
        String token = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((SKIP_PREFIX + lastKey).getBytes(StandardCharsets.UTF_8));
        return context.request().scheme() + "://" + context.request().authority()
                + context.request().path()
                + "?api-version="
                + URLEncoder.encode(context.request().getParam("api-version"), StandardCharsets.UTF_8)
                + "&%24skiptoken=" + token;
    }
}
