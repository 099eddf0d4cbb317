package io.drover.simulator.cloud.arm;

import io.drover.simulator.cloud.entra.ServicePrincipal;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubDevice;
import io.drover.simulator.cloud.hub.HubSku;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;

/** What the resource manager tells of one hub beyond the resource itself: quota metrics, registry statistics, sizes. */
final class HubDetails {
    private static final Resource.Type HUB = Resource.Type.IOT_HUB;
    private static final int DEVICES = 1_000_000;
    private static final int DEVICES_OF_FREE = 500;

    private final ArmApi api;
    private final Function<Resource, Optional<Hub>> hubs;

    HubDetails(ArmApi api, Function<Resource, Optional<Hub>> hubs) {
        this.api = api;
        this.hubs = hubs;
    }

    void mount(Router router) {
        String hub = ArmApi.collection(HUB) + "/(?<name>[^/]+)";
        get(router, hub + "/quotaMetrics", "quotaMetrics", this::quotaMetrics);
        get(router, hub + "/IotHubStats", "IotHubStats", HubDetails::statistics);
        get(router, hub + "/skus", "skus", this::skus);
    }

    private void get(Router router, String path, String name, BiConsumer<RoutingContext, Hub> answer) {
        router.getWithRegex(path).setName(HUB.collection() + "/" + name).handler(context -> {
            if (api.allowed(context, HUB, ServicePrincipal.ARM_READER, "/" + name + "/read")) {
                api.found(context, HUB).flatMap(hubs).ifPresent(hub -> answer.accept(context, hub));
            }
        });
    }

    private void quotaMetrics(RoutingContext context, Hub hub) {
        api.page(
                context,
                List.of(
                        metric(
                                "TotalMessages",
                                hub.dailyMessages().used(),
                                hub.dailyMessages().most()),
                        metric(
                                "TotalDeviceCount",
                                hub.deviceCount(),
                                hub.sku() == HubSku.F1 ? DEVICES_OF_FREE : DEVICES)));
    }

    private static JsonObject metric(String name, long current, long most) {
        return new JsonObject().put("name", name).put("currentValue", current).put("maxValue", most);
    }

    private static void statistics(RoutingContext context, Hub hub) {
        long enabled = hub.devices().filter(HubDevice::enabled).count();
        long total = hub.deviceCount();
        ArmApi.answer(
                context,
                new JsonObject()
                        .put("totalDeviceCount", total)
                        .put("enabledDeviceCount", enabled)
                        .put("disabledDeviceCount", Math.max(0, total - enabled)));
    }

    /** A hub can become any size of its own edition; the free one stays what it is. */
    private void skus(RoutingContext context, Hub hub) {
        char edition = hub.sku().name().charAt(0);
        List<JsonObject> skus = List.of(HubSku.values()).stream()
                .filter(sku -> sku.name().charAt(0) == edition)
                .map(HubDetails::sku)
                .toList();
        api.page(context, skus);
    }

    private static JsonObject sku(HubSku sku) {
        int most = sku == HubSku.F1 ? 1 : sku.name().endsWith("3") ? 10 : 200;
        return new JsonObject()
                .put("resourceType", HUB.fullName())
                .put("sku", new JsonObject().put("name", sku.name()).put("tier", tier(sku)))
                .put(
                        "capacity",
                        new JsonObject()
                                .put("minimum", 1)
                                .put("maximum", most)
                                .put("default", 1)
                                .put("scaleType", most == 1 ? "None" : "Manual"));
    }

    private static String tier(HubSku sku) {
        return switch (sku) {
            case F1 -> "Free";
            case B1, B2, B3 -> "Basic";
            case S1, S2, S3 -> "Standard";
        };
    }
}
