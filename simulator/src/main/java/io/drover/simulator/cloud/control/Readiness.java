package io.drover.simulator.cloud.control;

import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.function.BooleanSupplier;

/** Answers {@code /health/ready}: 200 once every listener is bound and an estate is in the world, else 503 saying what lacks. */
public final class Readiness {
    private final BooleanSupplier listening;
    private final BooleanSupplier built;

    public Readiness(BooleanSupplier listening, BooleanSupplier built) {
        this.listening = listening;
        this.built = built;
    }

    void answer(RoutingContext context) {
        boolean listens = listening.getAsBoolean();
        boolean exists = built.getAsBoolean();
        context.response().setStatusCode(listens && exists ? 200 : 503);
        ControlApi.answer(
                context,
                new JsonObject()
                        .put("status", word(listens && exists))
                        .put("listeners", word(listens))
                        .put("estate", word(exists)));
    }

    private static String word(boolean up) {
        return up ? "UP" : "DOWN";
    }
}
