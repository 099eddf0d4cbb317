package io.drover.simulator.cloud.arm;

import io.drover.simulator.cloud.entra.ServicePrincipal;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.Function;

/** Consumer groups of a hub's built-in endpoint {@code events}: list, read, create, delete. */
final class HubConsumerGroups {
    private static final Resource.Type HUB = Resource.Type.IOT_HUB;
    private static final String READ = "/eventHubEndpoints/consumerGroups/read";
    private static final String WRITE = "/eventHubEndpoints/consumerGroups/write";
    private static final String DELETE = "/eventHubEndpoints/consumerGroups/delete";

    private final ArmApi api;
    private final Function<Resource, Optional<Hub>> hubs;

    HubConsumerGroups(ArmApi api, Function<Resource, Optional<Hub>> hubs) {
        this.api = api;
        this.hubs = hubs;
    }

    void mount(Router router) {
        String groups = ArmApi.collection(HUB) + "/(?<name>[^/]+)/eventHubEndpoints/events/ConsumerGroups";
        String one = groups + "/(?<consumers>[^/]+)";
        router.getWithRegex(groups).setName("IotHubs/ConsumerGroups").handler(this::list);
        router.getWithRegex(one).setName("IotHubs/ConsumerGroups/get").handler(this::get);
        router.putWithRegex(one).setName("IotHubs/ConsumerGroups/put").handler(this::put);
        router.deleteWithRegex(one).setName("IotHubs/ConsumerGroups/delete").handler(this::delete);
    }

    private record Found(Resource resource, Hub hub) {}

    private Optional<Found> found(RoutingContext context, String action) {
        // Which of the emulator's roles stands for writing hubs: the one that may read their keys.
        String role = action.equals(READ) ? ServicePrincipal.ARM_READER : ServicePrincipal.ARM_LISTKEYS;
        return api.allowed(context, HUB, role, action)
                ? api.found(context, HUB)
                        .flatMap(resource -> hubs.apply(resource).map(hub -> new Found(resource, hub)))
                : Optional.empty();
    }

    private void list(RoutingContext context) {
        found(context, READ)
                .ifPresent(of -> api.page(
                        context,
                        of.hub().consumerGroups().names().stream()
                                .sorted(String.CASE_INSENSITIVE_ORDER)
                                .map(name -> shown(of.resource(), name))
                                .toList()));
    }

    private void get(RoutingContext context) {
        found(context, READ).ifPresent(of -> {
            String name = context.pathParam("consumers");
            if (of.hub().consumerGroups().contains(name)) {
                ArmApi.answer(context, shown(of.resource(), name));
            } else {
                ArmError.deviceNotFound(context, "The consumer group '" + name + "' does not exist.");
            }
        });
    }

    /** Creating one that exists changes nothing. */
    private void put(RoutingContext context) {
        found(context, WRITE).ifPresent(of -> {
            String name = context.pathParam("consumers");
            try {
                of.hub().consumerGroups().create(name);
                ArmApi.answer(context, shown(of.resource(), name));
            } catch (HubException refused) {
                ArmError.deviceBadRequest(context, refused.getMessage());
            }
        });
    }

    private void delete(RoutingContext context) {
        found(context, DELETE).ifPresent(of -> {
            String name = context.pathParam("consumers");
            if (of.hub().consumerGroups().delete(name)) {
                context.response().setStatusCode(200).end();
            } else {
                ArmError.deviceNotFound(context, "The consumer group '" + name + "' does not exist or is the default.");
            }
        });
    }

    private static JsonObject shown(Resource resource, String name) {
        return new JsonObject()
                .put("id", resource.id() + "/eventHubEndpoints/events/ConsumerGroups/" + name)
                .put("name", name)
                .put("type", HUB.fullName() + "/EventHubEndpoints/ConsumerGroups")
                .put("properties", new JsonObject());
    }
}
