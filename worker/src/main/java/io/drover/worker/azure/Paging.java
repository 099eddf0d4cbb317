package io.drover.worker.azure;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Reads lists to their last page, one page at a time: by {@code nextLink}, or by the continuation header. */
public final class Paging {
    private static final String CONTINUATION = "x-ms-continuation";

    private final AzureHttp http;

    public Paging(AzureHttp http) {
        this.http = http;
    }

    /** Follows {@code nextLink} verbatim (ARM, IoT Central); the next page is asked for when the handler is done. */
    public Future<Void> eachLinkedPage(AzureCall first, Function<List<JsonObject>, Future<Void>> handler) {
        return http.send(first).compose(answer -> {
            JsonObject page = answer.bodyAsJsonObject();
            Future<Void> handled = handler.apply(objects(page.getJsonArray("value", new JsonArray())));
            String next = page.getString("nextLink");
            if (next == null || next.isEmpty()) {
                return handled;
            }
            URI uri = URI.create(next);
            if (!first.uri().getHost().equalsIgnoreCase(uri.getHost())) {
                // The bearer token goes with the request: never to another host.
                return Future.failedFuture(new AzureException(
                        502, "ForeignNextLink", first.uri().getHost() + " sent a nextLink to another host."));
            }
            return handled.compose(done -> eachLinkedPage(first.at(uri), handler));
        });
    }

    /** All items of a list that is known to be short. */
    public Future<List<JsonObject>> allLinked(AzureCall first) {
        List<JsonObject> all = new ArrayList<>();
        return eachLinkedPage(first, page -> {
                    all.addAll(page);
                    return Future.succeededFuture();
                })
                .map(done -> List.copyOf(all));
    }

    /** Pages by request and answer header (DPS, IoT Hub): the same query and page size each time. */
    public Future<Void> eachContinuedPage(AzureCall query, Function<List<JsonObject>, Future<Void>> handler) {
        return continued(query, query, handler);
    }

    private Future<Void> continued(AzureCall query, AzureCall next, Function<List<JsonObject>, Future<Void>> handler) {
        return http.send(next)
                .compose(answer -> handler.apply(objects(array(answer))).compose(done -> {
                    String token = answer.getHeader(CONTINUATION);
                    return token == null || token.isEmpty()
                            ? Future.succeededFuture()
                            : continued(query, query.header(CONTINUATION, token), handler);
                }));
    }

    private static JsonArray array(HttpResponse<Buffer> answer) {
        JsonArray page = answer.body() == null ? null : answer.bodyAsJsonArray();
        return page == null ? new JsonArray() : page;
    }

    private static List<JsonObject> objects(JsonArray array) {
        List<JsonObject> items = new ArrayList<>(array.size());
        for (int i = 0; i < array.size(); i++) {
            items.add(array.getJsonObject(i));
        }
        return items;
    }
}
