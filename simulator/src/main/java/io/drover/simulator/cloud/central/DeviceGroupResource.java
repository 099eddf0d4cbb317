package io.drover.simulator.cloud.central;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.Map;
import java.util.regex.Pattern;

/** {@code /api/deviceGroups}: device groups and the devices their filters select now. */
final class DeviceGroupResource {
    static final Pattern ID = Pattern.compile("[a-zA-Z0-9_-]{1,255}");

    private static final int MAX_GROUPS = 500;

    void mount(Router router, CentralApi api) {
        router.get("/api/deviceGroups").handler(api.with(Right.GROUPS_VIEW, DeviceGroupResource::list));
        router.get("/api/deviceGroups/:id").handler(api.with(Right.GROUPS_VIEW, DeviceGroupResource::get));
        router.put("/api/deviceGroups/:id").handler(api.with(Right.GROUPS_MANAGE, DeviceGroupResource::put));
        router.patch("/api/deviceGroups/:id").handler(api.with(Right.GROUPS_MANAGE, DeviceGroupResource::patch));
        router.delete("/api/deviceGroups/:id").handler(api.with(Right.GROUPS_MANAGE, DeviceGroupResource::delete));
        router.get("/api/deviceGroups/:id/devices").handler(api.with(Right.GROUPS_VIEW, DeviceGroupResource::devices));
    }

    private static JsonObject shown(DeviceGroup group) {
        JsonObject json = new JsonObject()
                .put("id", group.id())
                .put("displayName", group.displayName())
                .put("filter", group.filter().text())
                .put("etag", etag(group));
        if (group.organization() != null) {
            json.put("organizations", new JsonArray().add(group.organization()));
        }
        if (group.description() != null) {
            json.put("description", group.description());
        }
        return json;
    }

    private static String etag(DeviceGroup group) {
        String content = group.displayName()
                + '\n'
                + group.filter().text()
                + '\n'
                + group.description()
                + '\n'
                + group.organization();
        return "\"" + Integer.toHexString(content.hashCode()) + "\"";
    }

    private static DeviceGroup require(CentralRequest request) {
        String id = request.parameter("id");
        return request.app()
                .group(id)
                .filter(group -> request.sees(group.organization()))
                .orElseThrow(() -> CentralException.notFound("device group", id));
    }

    private static void list(CentralRequest request) {
        request.answerPage(
                Page.of(request.app().allGroups(), request.pageAfter(), group -> request.sees(group.organization())),
                DeviceGroupResource::shown);
    }

    private static void get(CentralRequest request) {
        request.answer(200, shown(require(request)));
    }

    private static void put(CentralRequest request) {
        String id = request.identifier("id", ID);
        JsonObject body = request.body();
        if (body.getString("displayName") == null || body.getString("filter") == null) {
            throw CentralException.invalidBody("displayName and filter are required.");
        }
        Map<String, DeviceGroup> all = request.app().allGroups();
        if (!all.containsKey(id) && all.size() >= MAX_GROUPS) {
            throw CentralException.unprocessable("There are " + MAX_GROUPS + " device groups already.");
        }
        request.app().group(id).ifPresent(before -> request.requireMatch(etag(before)));
        store(
                request,
                new DeviceGroup(
                        id,
                        body.getString("displayName"),
                        DeviceFilter.parse(body.getString("filter")),
                        body.getString("description"),
                        OrganizationResource.named(request, body)));
    }

    private static void patch(CentralRequest request) {
        DeviceGroup before = require(request);
        request.requireMatch(etag(before));
        JsonObject body = request.body();
        store(
                request,
                new DeviceGroup(
                        before.id(),
                        body.getString("displayName", before.displayName()),
                        DeviceFilter.parse(
                                body.getString("filter", before.filter().text())),
                        body.getString("description", before.description()),
                        body.containsKey("organizations")
                                ? OrganizationResource.named(request, body)
                                : before.organization()));
    }

    private static void store(CentralRequest request, DeviceGroup group) {
        request.app().addGroup(group);
        request.answer(200, shown(group));
    }

    private static void delete(CentralRequest request) {
        DeviceGroup group = require(request);
        request.requireMatch(etag(group));
        request.app().allGroups().remove(group.id());
        request.answerEmpty();
    }

    private static void devices(CentralRequest request) {
        DeviceGroup group = require(request);
        request.answerPage(
                Page.of(
                        request.app().allDevices(),
                        request.pageAfter(),
                        device -> request.sees(device.organization()) && group.contains(request.app(), device)),
                DeviceResource::shown);
    }
}
