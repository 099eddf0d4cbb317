package io.drover.simulator.cloud.central;

import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Pattern;

/** {@code /api/devices/{id}/relationships}: which devices a gateway stands for. */
final class RelationshipResource {
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_-]{1,255}");
    private static final int MAX_RELATIONSHIPS = 1_000;

    /** A relationship from one device to another. */
    record Relationship(String id, String source, String target) {}

    void mount(Router router, CentralApi api) {
        String path = "/api/devices/:id/relationships";
        router.get(path).handler(api.with(Right.DEVICES_VIEW, RelationshipResource::list));
        router.get(path + "/:relationship")
                .handler(api.with(Right.DEVICES_VIEW, request -> request.answer(200, shown(require(request)))));
        router.put(path + "/:relationship").handler(api.with(Right.DEVICES_UPDATE, RelationshipResource::put));
        router.patch(path + "/:relationship").handler(api.with(Right.DEVICES_UPDATE, RelationshipResource::patch));
        router.delete(path + "/:relationship").handler(api.with(Right.DEVICES_UPDATE, RelationshipResource::delete));
    }

    private static ConcurrentNavigableMap<String, Relationship> of(CentralRequest request) {
        String id = DeviceResource.require(request).id();
        return request.app().relationships().getOrDefault(id, new ConcurrentSkipListMap<>());
    }

    private static Relationship require(CentralRequest request) {
        String id = request.parameter("relationship");
        Relationship found = of(request).get(id);
        if (found == null) {
            throw CentralException.notFound("relationship", id);
        }
        return found;
    }

    private static void list(CentralRequest request) {
        request.answerPage(Page.of(of(request), request.pageAfter(), one -> true), RelationshipResource::shown);
    }

    private static void put(CentralRequest request) {
        JsonObject body = request.body();
        store(
                request,
                new Relationship(
                        request.identifier("relationship", ID),
                        body.getString("source", request.parameter("id")),
                        body.getString("target")));
    }

    private static void patch(CentralRequest request) {
        Relationship before = require(request);
        store(
                request,
                new Relationship(before.id(), before.source(), request.body().getString("target", before.target())));
    }

    private static void store(CentralRequest request, Relationship relationship) {
        String device = DeviceResource.require(request).id();
        if (!device.equals(relationship.source())) {
            throw CentralException.invalidBody("source must be the device of the path, '" + device + "'.");
        }
        boolean known = relationship.target() != null
                && request.app()
                        .device(relationship.target())
                        .filter(target -> request.sees(target.organization()))
                        .isPresent();
        if (!known) {
            throw CentralException.unprocessable("There is no device '" + relationship.target() + "' as target.");
        }
        ConcurrentNavigableMap<String, Relationship> all =
                request.app().relationships().computeIfAbsent(device, id -> new ConcurrentSkipListMap<>());
        if (!all.containsKey(relationship.id()) && all.size() >= MAX_RELATIONSHIPS) {
            throw CentralException.unprocessable("The device has " + MAX_RELATIONSHIPS + " relationships already.");
        }
        all.put(relationship.id(), relationship);
        request.answer(200, shown(relationship));
    }

    private static void delete(CentralRequest request) {
        of(request).remove(require(request).id());
        request.answerEmpty();
    }

    private static JsonObject shown(Relationship relationship) {
        return new JsonObject()
                .put("id", relationship.id())
                .put("source", relationship.source())
                .put("target", relationship.target());
    }
}
