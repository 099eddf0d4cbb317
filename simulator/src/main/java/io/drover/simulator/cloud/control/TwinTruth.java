package io.drover.simulator.cloud.control;

import io.drover.simulator.cloud.World;
import io.drover.simulator.cloud.central.CentralApp;
import io.drover.simulator.cloud.central.CentralDevice;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubDevice;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What each place that knows a device has of it, side by side, so that a test can compare a move's two ends: hubs with their twins,
 * applications with what their operators see. In pages by device id; a page costs what its devices cost, however many there are.
 */
public final class TwinTruth {
    private static final int MOST = 1_000;

    private final World world;

    public TwinTruth(World world) {
        this.world = world;
    }

    /** Adds the route. */
    public void mount(Router router) {
        router.get("/control/twins").handler(this::answer);
    }

    private void answer(RoutingContext context) {
        String device = context.request().getParam("device");
        if (device != null) {
            ControlApi.answer(context, page(List.of(device)));
            return;
        }
        String max = context.request().getParam("max");
        if (max != null && !max.matches("[1-9]\\d{0,2}|" + MOST)) {
            ControlApi.problem(
                    context, 400, "The request has mistakes", List.of("max: must be a number from 1 to " + MOST));
            return;
        }
        int most = max == null ? MOST : Integer.parseInt(max);
        List<String> ids = idsAfter(context.request().getParam("after"), most);
        JsonObject page = page(ids);
        ControlApi.answer(context, ids.size() < most ? page : page.put("after", ids.get(most - 1)));
    }

    /** The next ids of all places in order; each place contributes at most as many as fit, as all may come from one. */
    private List<String> idsAfter(String after, int most) {
        Set<String> ids = new TreeSet<>();
        String from = after == null ? "" : after;
        places().forEach(place -> place.idsAfter(from).limit(most).forEach(ids::add));
        return ids.stream().limit(most).toList();
    }

    private JsonObject page(List<String> ids) {
        List<Place> places = places();
        JsonArray devices = new JsonArray();
        for (String id : ids) {
            JsonArray known = new JsonArray();
            places.forEach(place -> place.view(id).ifPresent(known::add));
            devices.add(new JsonObject().put("deviceId", id).put("places", known));
        }
        return new JsonObject().put("devices", devices);
    }

    private interface Place {
        Stream<String> idsAfter(String id);

        Optional<JsonObject> view(String id);
    }

    /** Applications stand for the hubs inside them. */
    private List<Place> places() {
        List<Place> places = new ArrayList<>();
        Set<Hub> inner =
                world.applications().values().stream().map(CentralApp::hub).collect(Collectors.toSet());
        world.applications().values().stream()
                .sorted(Comparator.comparing(CentralApp::subdomain))
                .forEach(application -> places.add(new ApplicationPlace(application)));
        world.hubs().values().stream()
                .filter(hub -> !inner.contains(hub))
                .sorted(Comparator.comparing(Hub::name))
                .forEach(hub -> places.add(new HubPlace(hub)));
        return places;
    }

    private record HubPlace(Hub hub) implements Place {
        @Override
        public Stream<String> idsAfter(String id) {
            return hub.devicesFrom(id, false).map(HubDevice::deviceId);
        }

        @Override
        public Optional<JsonObject> view(String id) {
            return hub.device(id)
                    .map(device -> withTwin(
                            new JsonObject()
                                    .put("kind", "hub")
                                    .put("name", hub.name())
                                    .put("enabled", device.enabled()),
                            device));
        }
    }

    private record ApplicationPlace(CentralApp application) implements Place {
        @Override
        public Stream<String> idsAfter(String id) {
            return application.devicesAfter(id).map(CentralDevice::id);
        }

        @Override
        public Optional<JsonObject> view(String id) {
            return application.device(id).map(device -> {
                JsonObject view = new JsonObject()
                        .put("kind", "application")
                        .put("name", application.subdomain())
                        .put("enabled", device.enabled())
                        .put("displayName", device.displayName())
                        .put("template", device.template())
                        .put("organizations", organizations(device))
                        .put("provisioned", device.provisioned())
                        .put("simulated", device.simulated())
                        .put("cloudProperties", application.cloudProperties(id));
                return application
                        .hub()
                        .device(id)
                        .map(twin -> withTwin(view, twin))
                        .orElse(view);
            });
        }

        private static JsonArray organizations(CentralDevice device) {
            return device.organization() == null ? new JsonArray() : new JsonArray().add(device.organization());
        }
    }

    private static JsonObject withTwin(JsonObject view, HubDevice device) {
        JsonObject properties = device.twin().properties(false);
        JsonObject desired = properties.getJsonObject("desired");
        JsonObject reported = properties.getJsonObject("reported");
        desired.remove("$version");
        reported.remove("$version");
        return view.put("tags", device.twin().tags()).put("desired", desired).put("reported", reported);
    }
}
