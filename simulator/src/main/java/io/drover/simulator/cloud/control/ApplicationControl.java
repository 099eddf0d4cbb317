package io.drover.simulator.cloud.control;

import io.drover.simulator.cloud.World;
import io.drover.simulator.cloud.central.CentralApp;
import io.drover.simulator.cloud.central.CentralDevice;
import io.drover.simulator.cloud.central.FactoryKeys;
import io.drover.simulator.cloud.hub.HubDevice;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** The part of the control API about one application: its devices, what their maker knows, and the ground truth. */
public final class ApplicationControl {
    private static final int TRUTH_SLICE = 64;

    private final Vertx vertx;
    private final World world;
    private final GroundTruth truth;

    public ApplicationControl(Vertx vertx, World world) {
        this.vertx = vertx;
        this.world = world;
        this.truth = new GroundTruth(world);
    }

    /** Adds the routes; the router must read bodies before. */
    public void mount(Router router) {
        router.post("/control/applications/:application/devices").handler(this::devices);
        router.get("/control/applications/:application/factory").handler(this::factory);
        router.get("/control/truth").handler(this::truth);
    }

    private void devices(RoutingContext context) {
        Optional<CentralApp> application = application(context, context.pathParam("application"));
        if (application.isEmpty()) {
            return;
        }
        Optional<JsonObject> body = ControlApi.body(context);
        if (body.isEmpty()) {
            return;
        }
        DeviceList.Reading reading = DeviceList.read(body.get());
        if (!reading.mistakes().isEmpty()) {
            ControlApi.problem(context, 400, "The request has mistakes", reading.mistakes());
            return;
        }
        DeviceList list = reading.list();
        // Off the event loop: a million devices take seconds.
        vertx.executeBlocking(() -> application.get().addDevices(list.template(), list.simulated(), list.ids()), false)
                .onSuccess(created -> ControlApi.answer(context, new JsonObject().put("created", created)))
                .onFailure(refused -> {
                    if (refused instanceof IllegalArgumentException) {
                        mistake(context, refused.getMessage());
                    } else {
                        context.fail(refused);
                    }
                });
    }

    private void factory(RoutingContext context) {
        application(context, context.pathParam("application")).ifPresent(application -> {
            FactoryKeys factory = application.factory();
            ControlApi.answer(
                    context,
                    new JsonObject()
                            .put("idScope", factory.idScope())
                            .put("enrollmentGroupId", factory.enrollmentGroupId())
                            .put("primaryKey", factory.keys().primary())
                            .put("secondaryKey", factory.keys().secondary())
                            .put("provisioningHost", world.names().globalProvisioning()));
        });
    }

    private void truth(RoutingContext context) {
        String subdomain = context.request().getParam("application");
        String hub = context.request().getParam("hub");
        String device = context.request().getParam("device");
        if ((subdomain == null) == (hub == null)) {
            mistake(context, "application or hub: name one of the two in the query");
        } else if (hub == null) {
            application(context, subdomain)
                    .ifPresent(application -> answer(
                            context,
                            device,
                            application.devices().map(CentralDevice::id),
                            device != null && application.device(device).isPresent(),
                            id -> truth.of(application, id)));
        } else {
            world.hub(world.names().hub(hub))
                    .ifPresentOrElse(
                            known -> answer(
                                    context,
                                    device,
                                    known.devices().map(HubDevice::deviceId),
                                    device != null && known.device(device).isPresent(),
                                    id -> truth.of(known, id)),
                            () -> ControlApi.problem(
                                    context, 404, "Unknown hub", List.of("there is no hub '" + hub + "'")));
        }
    }

    /** One device when it is named, else all as lines. */
    private void answer(
            RoutingContext context,
            String device,
            Stream<String> all,
            boolean exists,
            Function<String, JsonObject> truthOf) {
        if (device == null) {
            stream(context, all.map(truthOf));
        } else if (exists) {
            ControlApi.answer(context, truthOf.apply(device));
        } else {
            ControlApi.problem(context, 404, "Unknown device", List.of("there is no device '" + device + "'"));
        }
    }

    private void stream(RoutingContext context, Stream<JsonObject> lines) {
        context.response().putHeader("content-type", "application/x-ndjson").setChunked(true);
        stream(context.response(), lines.iterator());
    }

    /** Writes a slice, then lets the event loop turn and the reader keep up before the next. */
    private void stream(HttpServerResponse response, Iterator<JsonObject> devices) {
        if (response.closed()) {
            return;
        }
        Buffer lines = Buffer.buffer();
        for (int i = 0; i < TRUTH_SLICE && devices.hasNext(); i++) {
            lines.appendBuffer(devices.next().toBuffer()).appendByte((byte) '\n');
        }
        if (!devices.hasNext()) {
            response.end(lines);
            return;
        }
        response.write(lines);
        Runnable next = () -> vertx.runOnContext(turn -> stream(response, devices));
        if (response.writeQueueFull()) {
            response.drainHandler(drained -> {
                response.drainHandler(null);
                next.run();
            });
        } else {
            next.run();
        }
    }

    private Optional<CentralApp> application(RoutingContext context, String subdomain) {
        Optional<CentralApp> application = world.application(world.names().central(subdomain));
        if (application.isEmpty()) {
            ControlApi.problem(
                    context, 404, "Unknown application", List.of("there is no application '" + subdomain + "'"));
        }
        return application;
    }

    private static void mistake(RoutingContext context, String mistake) {
        ControlApi.problem(context, 400, "The request has mistakes", List.of(mistake));
    }
}
