package io.drover.simulator.cloud.control;

import io.drover.simulator.cloud.Estate;
import io.drover.simulator.cloud.EstateBuilder;
import io.drover.simulator.cloud.fault.Fault;
import io.drover.simulator.cloud.fault.FaultFile;
import io.drover.simulator.cloud.http.WellFormedPath;
import io.drover.simulator.cloud.metrics.CallMeter;
import io.drover.simulator.cloud.quota.AzureLimit;
import io.drover.simulator.cloud.quota.Quotas;
import io.drover.simulator.metrics.MetricsPage;
import io.vertx.core.Vertx;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What a rehearsal drives the emulated cloud with: the estate, quotas, counters, metrics and health. Plain HTTP on loopback, no
 * credentials. Mistakes are answered with problem+json (RFC 9457) naming all of them.
 */
public final class ControlApi {
    private static final long BODY_LIMIT = 8L * 1024 * 1024;

    private final Router router;
    private final EstateBuilder builder;
    private final Quotas quotas;
    private final CallMeter calls;
    private final Supplier<JsonObject> state;
    private final Consumer<Fault> faults;

    public ControlApi(
            Vertx vertx,
            EstateBuilder builder,
            Quotas quotas,
            CallMeter calls,
            MetricsPage metrics,
            Readiness readiness,
            Supplier<JsonObject> state,
            ApplicationControl applications,
            ProvisioningControl provisioning,
            Consumer<Fault> faults) {
        this.faults = faults;
        this.builder = builder;
        this.quotas = quotas;
        this.calls = calls;
        this.state = state;
        this.router = Router.router(vertx);
        router.route().handler(new WellFormedPath());
        router.route().handler(ControlApi::ownPageOnly);
        router.route().handler(BodyHandler.create(false).setBodyLimit(BODY_LIMIT));
        router.put("/control/estate").handler(this::estate);
        router.post("/control/quotas").handler(this::quotas);
        router.get("/control/quotas").handler(this::quotaUse);
        router.get("/control/counters").handler(this::counters);
        router.get("/control/state").handler(context -> answer(context, this.state.get()));
        applications.mount(router);
        provisioning.mount(router);
        router.get("/metrics").handler(metrics::answer);
        // An answer at all shows that the event loop turns.
        router.get("/health/live").handler(context -> answer(context, new JsonObject().put("status", "UP")));
        router.get("/health/ready").handler(readiness::answer);
        router.errorHandler(
                400,
                context ->
                        problem(context, 400, "The request is malformed", List.of("its URL or body cannot be read")));
    }

    public Router router() {
        return router;
    }

    /** Browsers say which page a request comes from: no page but our own may drive the cloud. */
    private static void ownPageOnly(RoutingContext context) {
        String origin = context.request().getHeader("origin");
        if (origin == null || origin.equals("http://" + context.request().getHeader("host"))) {
            context.next();
        } else {
            problem(context, 403, "Not from here", List.of("requests of other web pages are refused"));
        }
    }

    private void estate(RoutingContext context) {
        Optional<JsonObject> json = body(context);
        if (json.isEmpty()) {
            return;
        }
        EstateReader reader = new EstateReader();
        List<Fault> plan = FaultFile.read(json.get().getValue("faults", new JsonArray()), reader.mistakes());
        json.get().remove("faults");
        Estate estate = reader.read(json.get());
        List<String> mistakes = reader.mistakes().isEmpty() ? builder.mistakesIn(estate) : reader.mistakes();
        if (!mistakes.isEmpty()) {
            problem(context, 400, "The estate has mistakes", mistakes);
            return;
        }
        builder.build(estate);
        plan.forEach(faults);
        context.response().setStatusCode(204).end();
    }

    private void quotas(RoutingContext context) {
        body(context).ifPresent(json -> {
            if (json.getValue("enforced") instanceof Boolean enforced) {
                quotas.enforce(enforced);
                context.response().setStatusCode(204).end();
            } else {
                problem(context, 400, "The request has mistakes", List.of("enforced: must be true or false"));
            }
        });
    }

    /** What each limit allows one owner, and what it let pass and refused while it was enforced. */
    private void quotaUse(RoutingContext context) {
        JsonArray limits = new JsonArray();
        for (AzureLimit limit : AzureLimit.values()) {
            JsonObject owners = new JsonObject();
            if (limit != AzureLimit.DPS_STATUS_POLLS) {
                quotas.use(limit)
                        .forEach((owner, use) -> owners.put(
                                owner,
                                new JsonObject()
                                        .put("available", use.available())
                                        .put("amount", use.amount())));
            }
            limits.add(new JsonObject()
                    .put("limit", limit.text())
                    .put("perSecond", quotas.perSecond(limit))
                    .put("granted", quotas.granted(limit))
                    .put("shaped", quotas.shaped(limit))
                    .put("refused", quotas.refused(limit))
                    .put("owners", owners));
        }
        answer(
                context,
                new JsonObject()
                        .put("enforced", quotas.enforced())
                        .put("timeCompression", quotas.timeCompression())
                        .put("limits", limits));
    }

    private void counters(RoutingContext context) {
        JsonObject counts = new JsonObject();
        calls.counts().forEach(counts::put);
        answer(context, counts);
    }

    /** The JSON object of the request; empty when it was refused. */
    static Optional<JsonObject> body(RoutingContext context) {
        try {
            JsonObject json = context.body().asJsonObject();
            if (json != null) {
                return Optional.of(json);
            }
        } catch (DecodeException | ClassCastException malformed) {
            problem(context, 400, "The body is no JSON object", List.of(malformed.getMessage()));
            return Optional.empty();
        }
        problem(context, 400, "The body is no JSON object", List.of("the body is empty"));
        return Optional.empty();
    }

    static void problem(RoutingContext context, int status, String title, List<String> mistakes) {
        JsonObject body = new JsonObject()
                .put("title", title)
                .put("status", status)
                .put("detail", String.join("; ", mistakes))
                .put("mistakes", new JsonArray(mistakes));
        context.response()
                .setStatusCode(status)
                .putHeader("content-type", "application/problem+json")
                .end(body.toBuffer());
    }

    static void answer(RoutingContext context, JsonObject body) {
        context.response().putHeader("content-type", "application/json").end(body.toBuffer());
    }
}
