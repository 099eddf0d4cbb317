package io.drover.simulator.cloud.control;

import io.drover.simulator.cloud.fault.Fault;
import io.drover.simulator.cloud.fault.FaultKind;
import io.drover.simulator.cloud.fault.FaultReader;
import io.drover.simulator.cloud.fault.Faults;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** The part of the control API with which faults are switched on and off while the cloud runs. */
public final class FaultControl {
    private final Faults faults;
    private final boolean gates;
    private final Clock clock = Clock.systemUTC();

    /** @param gates whether faults of TCP connections can strike */
    public FaultControl(Faults faults, boolean gates) {
        this.faults = faults;
        this.gates = gates;
    }

    /** Adds the routes; the router must read bodies before. */
    public void mount(Router router) {
        router.get("/control/faults").handler(this::list);
        router.put("/control/faults/:name").handler(this::put);
        router.delete("/control/faults/:name").handler(this::remove);
        router.delete("/control/faults").handler(context -> {
            faults.clear();
            context.response().setStatusCode(204).end();
        });
    }

    private void list(RoutingContext context) {
        JsonArray kinds = new JsonArray();
        for (FaultKind kind : FaultKind.values()) {
            kinds.add(new JsonObject()
                    .put("fault", kind.text())
                    .put("meaning", kind.meaning())
                    .put("injected", faults.injected(kind))
                    .put("possible", gates || kind.point() != FaultKind.Point.SOCKET)
                    .put("usual", kind.byDefault().toJson()));
        }
        JsonArray on = new JsonArray();
        for (Faults.Switched switched : faults.plan()) {
            on.add(switched.fault()
                    .toJson()
                    .put("name", switched.fault().name())
                    .put("struck", switched.strikes())
                    .put("open", switched.open(clock.instant())));
        }
        ControlApi.answer(context, new JsonObject().put("kinds", kinds).put("on", on));
    }

    private void put(RoutingContext context) {
        JsonObject settings = new JsonObject();
        if (context.body().length() > 0) {
            Optional<JsonObject> body = ControlApi.body(context);
            if (body.isEmpty()) {
                return;
            }
            settings = body.get();
        }
        FaultReader reader = new FaultReader("");
        Optional<Fault> fault = reader.read(context.pathParam("name"), settings);
        if (fault.isEmpty()) {
            ControlApi.problem(context, 400, "The fault has mistakes", reader.mistakes());
            return;
        }
        if (fault.get().kind().point() == FaultKind.Point.SOCKET && !gates) {
            ControlApi.problem(
                    context,
                    409,
                    "The fault cannot strike",
                    List.of("the listeners stand behind no gates; start the cloud with --gates"));
            return;
        }
        faults.put(fault.get());
        context.response().setStatusCode(204).end();
    }

    private void remove(RoutingContext context) {
        String name = context.pathParam("name");
        if (faults.remove(name)) {
            context.response().setStatusCode(204).end();
        } else {
            ControlApi.problem(context, 404, "Unknown fault", List.of("no fault '" + name + "' is switched on"));
        }
    }
}
