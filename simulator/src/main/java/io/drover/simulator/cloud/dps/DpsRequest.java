package io.drover.simulator.cloud.dps;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;

/** One authorized call of the service API. Confined to the event loop of its request. */
record DpsRequest(RoutingContext context, ProvisioningService service) {
    /** The id in the path, decoded. */
    String id() {
        return context.pathParam("id");
    }

    String header(String name) {
        return context.request().getHeader(name);
    }

    DpsPaging paging() {
        return DpsPaging.of(context.request());
    }

    /** The body; throws BAD_REQUEST when it is no JSON object. */
    JsonObject body() {
        try {
            JsonObject body = context.body().asJsonObject();
            if (body != null) {
                return body;
            }
        } catch (DecodeException | ClassCastException malformed) {
            throw JsonFields.bad("The body must be a JSON object.");
        }
        throw JsonFields.bad("The body must be a JSON object; it is empty.");
    }

    void answer(JsonObject body) {
        json(body.encode());
    }

    void answerPage(JsonArray items, String continuation, DpsPaging paging, String itemType) {
        paging.describe(context.response(), continuation, itemType);
        json(items.encode());
    }

    void answerEmpty() {
        context.response().setStatusCode(204).end();
    }

    private void json(String body) {
        context.response()
                .putHeader("content-type", "application/json; charset=utf-8")
                .end(body);
    }
}
