package io.drover.simulator.cloud.central;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.regex.Pattern;

/** {@code /api/deviceTemplates}. */
final class DeviceTemplateResource {
    private static final Pattern ID = Pattern.compile("dtmi:[A-Za-z0-9_:]{1,2000};[0-9]{1,9}(\\.[0-9]{1,6})?");

    private static final int MAX_TEMPLATES = 1_000;

    void mount(Router router, CentralApi api) {
        router.get("/api/deviceTemplates").handler(api.with(Right.TEMPLATES_VIEW, DeviceTemplateResource::list));
        router.get("/api/deviceTemplates/:id").handler(api.with(Right.TEMPLATES_VIEW, DeviceTemplateResource::get));
        router.put("/api/deviceTemplates/:id").handler(api.with(Right.TEMPLATES_MANAGE, DeviceTemplateResource::put));
        router.patch("/api/deviceTemplates/:id")
                .handler(api.with(Right.TEMPLATES_MANAGE, DeviceTemplateResource::patch));
        router.delete("/api/deviceTemplates/:id")
                .handler(api.with(Right.TEMPLATES_MANAGE, DeviceTemplateResource::delete));
    }

    private static JsonObject shown(DeviceTemplate template) {
        return new JsonObject(template.document()).put("etag", etag(template));
    }

    private static String etag(DeviceTemplate template) {
        return "\"" + Integer.toHexString(template.document().hashCode()) + "\"";
    }

    private static DeviceTemplate require(CentralRequest request) {
        String id = request.parameter("id");
        return request.app().template(id).orElseThrow(() -> CentralException.notFound("device template", id));
    }

    private static void list(CentralRequest request) {
        request.answerPage(
                Page.of(request.app().allTemplates(), request.pageAfter(), template -> true),
                DeviceTemplateResource::shown);
    }

    private static void get(CentralRequest request) {
        request.answer(200, shown(require(request)));
    }

    private static void put(CentralRequest request) {
        String id = request.identifier("id", ID);
        request.app().template(id).ifPresent(before -> request.requireMatch(etag(before)));
        if (!(request.body().getValue("@type") instanceof JsonArray)) {
            throw CentralException.invalidBody("@type is required and must be a list.");
        }
        store(request, DeviceTemplate.of(id, request.body()));
    }

    private static void patch(CentralRequest request) {
        DeviceTemplate before = require(request);
        request.requireMatch(etag(before));
        store(
                request,
                DeviceTemplate.of(before.id(), MergePatch.apply(new JsonObject(before.document()), request.body())));
    }

    private static void store(CentralRequest request, DeviceTemplate template) {
        if (request.app().template(template.id()).isEmpty()
                && request.app().allTemplates().size() >= MAX_TEMPLATES) {
            throw CentralException.unprocessable("There are " + MAX_TEMPLATES + " device templates already.");
        }
        request.app().addTemplate(template);
        request.answer(200, shown(template));
    }

    private static void delete(CentralRequest request) {
        DeviceTemplate template = require(request);
        request.requireMatch(etag(template));
        if (request.app().devices().anyMatch(device -> template.id().equals(device.template()))) {
            throw CentralException.conflict("Devices still use the device template '" + template.id() + "'.");
        }
        request.app().allTemplates().remove(template.id());
        request.answerEmpty();
    }
}
