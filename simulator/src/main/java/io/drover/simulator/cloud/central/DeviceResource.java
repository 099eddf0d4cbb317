package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.hub.HubDevice;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.util.Optional;

/** {@code /api/devices}: the devices of an application and their credentials. */
final class DeviceResource {
    void mount(Router router, CentralApi api) {
        router.get("/api/devices").handler(api.with(Right.DEVICES_VIEW, DeviceResource::list));
        router.get("/api/devices/:id").handler(api.with(Right.DEVICES_VIEW, DeviceResource::get));
        router.put("/api/devices/:id").handler(api.with(Right.DEVICES_UPDATE, DeviceResource::put));
        router.patch("/api/devices/:id").handler(api.with(Right.DEVICES_UPDATE, DeviceResource::patch));
        router.delete("/api/devices/:id").handler(api.with(Right.DEVICES_DELETE, DeviceResource::delete));
        router.get("/api/devices/:id/credentials")
                .handler(api.with(Right.CONNECTIVITY_READ, DeviceResource::credentials));
    }

    static JsonObject shown(CentralDevice device) {
        JsonObject json = new JsonObject()
                .put("id", device.id())
                .put("etag", etag(device))
                .put("displayName", device.displayName())
                .put("simulated", device.simulated())
                .put("provisioned", device.provisioned())
                .put("enabled", device.enabled());
        if (device.template() != null) {
            json.put("template", device.template());
        }
        if (device.organization() != null) {
            json.put("organizations", new JsonArray().add(device.organization()));
        }
        return json;
    }

    static CentralDevice require(CentralRequest request) {
        String id = request.parameter("id");
        return request.app()
                .device(id)
                .filter(device -> request.sees(device.organization()))
                .orElseThrow(() -> CentralException.notFound("device", id));
    }

    private static String etag(CentralDevice device) {
        return "\"" + Long.toHexString(device.revision()) + "\"";
    }

    private static void list(CentralRequest request) {
        request.answerPage(
                Page.of(request.app().allDevices(), request.pageAfter(), device -> request.sees(device.organization())),
                DeviceResource::shown);
    }

    private static void get(CentralRequest request) {
        request.answer(200, shown(require(request)));
    }

    private static void put(CentralRequest request) {
        String id = request.parameter("id");
        if (!HubDevice.isDeviceId(id)) {
            throw new CentralException(400, "InvalidParameter", "'" + id + "' is not valid as a device id.");
        }
        CentralDevice none = new CentralDevice(id, id, null, true, false, false, null, 0);
        change(request, id, none, true);
    }

    private static void patch(CentralRequest request) {
        change(request, require(request).id(), null, false);
    }

    /** A PUT begins with {@code fresh}, a PATCH with the device there is. */
    private static void change(CentralRequest request, String id, CentralDevice fresh, boolean replace) {
        JsonObject body = request.body();
        String template = body.getString("template");
        if (template != null && request.app().template(template).isEmpty()) {
            throw CentralException.unprocessable("There is no device template '" + template + "'.");
        }
        String organization = organization(request, body);
        CentralDevice changed = request.app().changeDevice(id, before -> {
            if (before == null && fresh == null) {
                throw CentralException.notFound("device", id);
            }
            if (before == null) {
                request.require(Right.DEVICES_CREATE);
            } else {
                if (!request.sees(before.organization())) {
                    throw CentralException.notFound("device", id);
                }
                request.requireMatch(etag(before));
            }
            return merged(body, replace ? fresh : before, before, organization);
        });
        request.app()
                .hub()
                .device(id)
                .filter(device -> device.enabled() != changed.enabled())
                .ifPresent(device -> device.update(device.credential(), changed.enabled()));
        request.answer(200, shown(changed));
    }

    /** The organization the body names; null when it names none. */
    private static String organization(CentralRequest request, JsonObject body) {
        String organization = OrganizationResource.named(request, body);
        if (organization == null
                && !body.containsKey("organizations")
                && !request.caller().organizations().isEmpty()) {
            // What a member of an organization adds belongs to it, or the member could not see it.
            return request.caller().organizations().iterator().next();
        }
        return organization;
    }

    private static CentralDevice merged(
            JsonObject body, CentralDevice base, CentralDevice before, String organization) {
        return new CentralDevice(
                base.id(),
                body.getString("displayName", base.displayName()),
                body.getString("template", base.template()),
                body.getBoolean("enabled", base.enabled()),
                before != null && before.provisioned(),
                body.getBoolean("simulated", base.simulated()),
                body.containsKey("organizations") || before == null ? organization : base.organization(),
                before == null ? 1 : before.revision() + 1);
    }

    private static void delete(CentralRequest request) {
        CentralDevice device = require(request);
        request.requireMatch(etag(device));
        if (!request.app().deleteDevice(device.id())) {
            throw CentralException.notFound("device", device.id());
        }
        request.answerEmpty();
    }

    private static void credentials(CentralRequest request) {
        CentralDevice device = require(request);
        FactoryKeys factory = request.app().factory();
        JsonObject credentials = new JsonObject().put("idScope", factory.idScope());
        Optional<DeviceAttestation> own = request.app().attestation(device.id());
        if (own.isPresent()) {
            credentials.mergeIn(AttestationResource.shown(own.get())).remove("type");
        } else {
            SymmetricKey keys = factory.keys().derive(device.id());
            credentials.put("symmetricKey", EnrollmentGroupResource.shown(keys));
        }
        request.answer(200, credentials);
    }
}
