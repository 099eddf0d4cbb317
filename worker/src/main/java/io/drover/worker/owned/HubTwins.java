package io.drover.worker.owned;

import io.drover.worker.azure.hub.HubClient;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The twins of an IoT hub: tags and desired properties. What devices report is never written. */
public final class HubTwins implements OwnedPlace {
    /** Fewer devices are read one by one: of twin reads a hub grants 100 a second, of queries 20 a minute. */
    private static final int LEAST_PAGE = 10;

    private final HubClient hub;

    public HubTwins(HubClient hub) {
        this.hub = hub;
    }

    /** What these devices own, by id, in as few queries as hold their ids; a device that is not in the hub is left out. */
    public Future<Map<String, OwnedData>> read(List<String> deviceIds) {
        Map<String, OwnedData> found = new HashMap<>();
        if (deviceIds.size() >= LEAST_PAGE) {
            return hub.eachTwin(deviceIds, (id, twin) -> found.put(id, data(twin)))
                    .map(done -> found);
        }
        Future<Void> all = Future.succeededFuture();
        for (String id : deviceIds) {
            all = all.compose(done -> read(id, OwnedData.NONE))
                    .onSuccess(owned -> owned.ifPresent(data -> found.put(id, data)))
                    .mapEmpty();
        }
        return all.map(done -> found);
    }

    @Override
    public Future<Optional<OwnedData>> read(String deviceId, OwnedData wanted) {
        return hub.twin(deviceId).map(twin -> twin.map(HubTwins::data));
    }

    @Override
    public Future<Optional<OwnedData>> write(String deviceId, OwnedData there, OwnedData values) {
        return hub.patchTwin(deviceId, twin(values)).map(twin -> Optional.of(data(twin)));
    }

    /** A hub takes any path. */
    @Override
    public Optional<String> refuses(OwnedData there, String path) {
        return Optional.empty();
    }

    /** The parts of a twin that hold these values, as patches and initial twins have them. */
    public static JsonObject twin(OwnedData values) {
        JsonObject twin = new JsonObject();
        JsonObject tags = values.section("tags");
        JsonObject desired = values.section("desired");
        if (!tags.isEmpty()) {
            twin.put("tags", tags);
        }
        return desired.isEmpty() ? twin : twin.put("properties", new JsonObject().put("desired", desired));
    }

    /** What a twin of a hub holds. */
    public static OwnedData data(JsonObject twin) {
        JsonObject desired = twin.getJsonObject("properties", new JsonObject())
                .getJsonObject("desired", new JsonObject())
                .copy();
        desired.remove("$metadata");
        desired.remove("$version");
        return OwnedData.of(new JsonObject()
                .put("tags", twin.getJsonObject("tags", new JsonObject()))
                .put("desired", desired));
    }
}
