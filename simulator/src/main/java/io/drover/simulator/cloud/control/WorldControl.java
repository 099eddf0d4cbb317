package io.drover.simulator.cloud.control;

import io.drover.simulator.cloud.http.ChangeCounter;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;

/** The part of the control API about the world as a whole: how much of it callers changed, and how to begin anew. */
public final class WorldControl {
    private final Runnable reset;
    private final ChangeCounter changes;

    public WorldControl(Runnable reset, ChangeCounter changes) {
        this.reset = reset;
        this.changes = changes;
    }

    /** Adds the routes. */
    public void mount(Router router) {
        router.get("/control/changes").handler(context -> {
            JsonObject services = new JsonObject();
            changes.services().forEach(services::put);
            JsonObject resources = new JsonObject();
            changes.resources().forEach(resources::put);
            long total = services.stream()
                    .mapToLong(count -> (Long) count.getValue())
                    .sum();
            ControlApi.answer(
                    context,
                    new JsonObject()
                            .put("total", total)
                            .put("services", services)
                            .put("resources", resources));
        });
        router.post("/control/reset").handler(context -> {
            reset.run();
            context.response().setStatusCode(204).end();
        });
    }
}
