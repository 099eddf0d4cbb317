package io.drover.simulator.cloud.control;

import io.drover.simulator.cloud.World;
import io.drover.simulator.cloud.dps.EnrollmentGroup;
import io.drover.simulator.cloud.dps.ProvisioningService;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;

/** The part of the control API about provisioning services: what the maker of a group's devices knows. */
public final class ProvisioningControl {
    private final World world;

    public ProvisioningControl(World world) {
        this.world = world;
    }

    /** Adds the routes. */
    public void mount(Router router) {
        router.get("/control/provisioning-services/:service/enrollment-groups/:group/factory")
                .handler(this::factory);
        new ProvisioningSettingsControl(world).mount(router);
    }

    private void factory(RoutingContext context) {
        String name = context.pathParam("service");
        String id = context.pathParam("group");
        Optional<ProvisioningService> service = world.provisioning(world.names().provisioning(name));
        Optional<EnrollmentGroup> group = service.flatMap(known -> known.group(id));
        if (group.isEmpty()) {
            ControlApi.problem(
                    context,
                    404,
                    "Unknown enrollment group",
                    List.of("there is no enrollment group '" + id + "' in a provisioning service '" + name + "'"));
            return;
        }
        ControlApi.answer(
                context,
                new JsonObject()
                        .put("idScope", service.get().idScope())
                        .put("enrollmentGroupId", group.get().id())
                        .put("primaryKey", group.get().keys().primary())
                        .put("secondaryKey", group.get().keys().secondary())
                        .put("provisioningHost", world.names().globalProvisioning()));
    }
}
