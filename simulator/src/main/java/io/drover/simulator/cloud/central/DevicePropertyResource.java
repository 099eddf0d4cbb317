package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.central.DeviceModel.Part;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.List;

/**
 * Properties, components, modules and last telemetry values of a device, after "How to use the IoT Central REST API to control
 * devices". Modules are shown from the template; none ever connects to the emulator, so their values stay empty and writing is refused.
 */
final class DevicePropertyResource {
    private static final String DEVICE = "/api/devices/:id";
    private static final String MODULE = DEVICE + "/modules/:module";

    void mount(Router router, CentralApi api) {
        for (String place : List.of(DEVICE, MODULE)) {
            router.get(place + "/components").handler(api.with(Right.DEVICES_VIEW, DevicePropertyResource::components));
            for (String part : List.of(place, place + "/components/:component")) {
                router.get(part + "/properties").handler(api.with(Right.DEVICES_VIEW, DevicePropertyResource::read));
                router.patch(part + "/properties")
                        .handler(api.with(Right.DEVICES_UPDATE, request -> write(request, false)));
                router.put(part + "/properties")
                        .handler(api.with(Right.DEVICES_UPDATE, request -> write(request, true)));
                router.get(part + "/telemetry/:telemetry")
                        .handler(api.with(Right.DEVICES_VIEW, DevicePropertyResource::telemetry));
            }
        }
        router.get(DEVICE + "/modules").handler(api.with(Right.DEVICES_VIEW, DevicePropertyResource::modules));
    }

    private static void components(CentralRequest request) {
        DeviceModel model = model(request);
        String module = request.parameter("module");
        part(model, module, null);
        JsonArray values = new JsonArray();
        model.components(module).forEach(part -> values.add(described(part, part.component(), "Component")));
        request.answer(200, new JsonObject().put("value", values));
    }

    private static void modules(CentralRequest request) {
        JsonArray values = new JsonArray();
        model(request)
                .modules()
                .forEach(part -> values.add(described(
                        part, part.module(), new JsonArray().add("Relationship").add("EdgeModule"))));
        request.answer(200, new JsonObject().put("value", values));
    }

    /** The root shows the properties of its components too. */
    private static void read(CentralRequest request) {
        CentralDevice device = DeviceResource.require(request);
        DeviceModel model = model(request);
        Part part = addressed(request, model);
        JsonObject properties = request.app().properties().read(device.id(), part);
        if (part.component() == null) {
            model.components(part.module()).forEach(component -> {
                JsonObject below = request.app().properties().read(device.id(), component);
                if (below.size() > 1 || !below.getJsonObject("$metadata").isEmpty()) {
                    properties.put(component.component(), below);
                }
            });
        }
        request.answer(200, properties);
    }

    private static void write(CentralRequest request, boolean replace) {
        CentralDevice device = DeviceResource.require(request);
        DeviceModel model = model(request);
        Part part = addressed(request, model);
        if (part.module() != null) {
            throw CentralException.unprocessable("The module '" + part.module() + "' never connected.");
        }
        DeviceProperties properties = request.app().properties();
        JsonObject own = request.body().copy();
        JsonObject answer = new JsonObject();
        if (part.component() == null) {
            model.components(null).forEach(component -> {
                if (own.getValue(component.component()) instanceof JsonObject values) {
                    own.remove(component.component());
                    answer.put(component.component(), properties.write(device.id(), component, values, replace));
                }
            });
        }
        request.answer(202, answer.mergeIn(properties.write(device.id(), part, own, replace)));
    }

    private static void telemetry(CentralRequest request) {
        CentralDevice device = DeviceResource.require(request);
        Part part = addressed(request, model(request));
        String name = request.parameter("telemetry");
        if (!part.telemetry().contains(name)) {
            throw CentralException.notFound("telemetry", name);
        }
        JsonObject last = part.module() == null
                ? LastTelemetry.of(request.app().hub().telemetry(), device.id(), part.component(), name)
                : new JsonObject();
        request.answer(200, last);
    }

    private static DeviceModel model(CentralRequest request) {
        CentralDevice device = DeviceResource.require(request);
        return request.app()
                .template(device.template())
                .map(DeviceTemplate::model)
                .orElseThrow(() -> CentralException.unprocessable(
                        "The device '" + device.id() + "' is assigned to no device template."));
    }

    private static Part addressed(CentralRequest request, DeviceModel model) {
        return part(model, request.parameter("module"), request.parameter("component"));
    }

    private static Part part(DeviceModel model, String module, String component) {
        return model.part(module, component)
                .orElseThrow(() -> CentralException.notFound(
                        component == null ? "module" : "component", component == null ? module : component));
    }

    private static JsonObject described(Part part, String name, Object type) {
        JsonObject json = new JsonObject().put("@type", type).put("name", name);
        if (part.displayName() != null) {
            json.put("displayName", part.displayName());
        }
        return part.description() == null ? json : json.put("description", part.description());
    }
}
