package io.drover.simulator.cloud.arm;

import io.drover.simulator.cloud.entra.ServicePrincipal;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;

/**
 * What the caller may do with a resource: Microsoft.Authorization's "Permissions - List For Resource", with the actions that
 * Azure's built-in roles have for what the emulator's roles stand for.
 */
final class Permissions {
    private static final String API_VERSION = "2022-04-01";
    private static final String ACTION = "Microsoft.Authorization/permissions/read";
    private static final String HUB = "Microsoft.Devices/IotHubs/";

    private static final Map<String, JsonObject> ROLES = Map.of(
            ServicePrincipal.ARM_READER,
            permission(List.of("*/read"), List.of()),
            ServicePrincipal.ARM_LISTKEYS,
            permission(
                    List.of(HUB + "listkeys/action", "Microsoft.Devices/provisioningServices/listkeys/action"),
                    List.of()),
            ServicePrincipal.DPS_CONTRIBUTOR,
            permission(List.of(), List.of("Microsoft.Devices/provisioningServices/*")),
            ServicePrincipal.HUB_CONTRIBUTOR,
            permission(List.of(), List.of(HUB + "*")),
            ServicePrincipal.HUB_READER,
            permission(List.of(), List.of(HUB + "*/read", HUB + "fileUpload/notifications/action")),
            ServicePrincipal.HUB_REGISTRY_CONTRIBUTOR,
            permission(List.of(), List.of(HUB + "devices/*")),
            ServicePrincipal.HUB_TWIN_CONTRIBUTOR,
            permission(List.of(), List.of(HUB + "twins/*")));

    private final ArmApi api;

    Permissions(ArmApi api) {
        this.api = api;
    }

    void mount(Router router) {
        for (Resource.Type type : Resource.Type.values()) {
            router.getWithRegex(
                            ArmApi.collection(type) + "/(?<name>[^/]+)/providers/Microsoft\\.Authorization/permissions")
                    .setName(type.collection() + "/permissions")
                    .handler(context -> list(context, type));
        }
    }

    private void list(RoutingContext context, Resource.Type type) {
        if (api.allowed(context, API_VERSION, ServicePrincipal.ARM_READER, ACTION)) {
            api.found(context, type)
                    .ifPresent(resource -> api.page(
                            context,
                            ROLES.entrySet().stream()
                                    .filter(role -> ArmApi.caller(context).has(role.getKey()))
                                    .sorted(Map.Entry.comparingByKey())
                                    .map(Map.Entry::getValue)
                                    .map(JsonObject::copy)
                                    .toList()));
        }
    }

    private static JsonObject permission(List<String> actions, List<String> dataActions) {
        return new JsonObject()
                .put("actions", new JsonArray(actions))
                .put("notActions", new JsonArray())
                .put("dataActions", new JsonArray(dataActions))
                .put("notDataActions", new JsonArray());
    }
}
