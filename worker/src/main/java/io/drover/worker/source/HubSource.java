package io.drover.worker.source;

import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.dps.DpsClient.RegistrationState;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DiscoveredDevice;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Devices of an IoT hub that came to it through a provisioning service; they are told to move by direct methods. */
public final class HubSource implements MigrationSource {
    private final HubClient hub;
    private final String condition;
    private final DpsClient provisioning;
    private final List<String> groups;
    private final String method;
    private final DeviceChoice choice;

    /**
     * Devices of this hub.
     *
     * @param condition of the hub's query language; null for all devices
     * @param groups enrollment groups of {@code provisioning} whose keys the target will hold
     * @param method name of the direct method
     */
    public HubSource(
            HubClient hub,
            String condition,
            DpsClient provisioning,
            List<String> groups,
            String method,
            DeviceChoice choice) {
        this.hub = hub;
        this.condition = condition;
        this.provisioning = provisioning;
        this.groups = List.copyOf(groups);
        this.method = method;
        this.choice = choice;
    }

    /** All devices that the condition selects. */
    public HubSource(HubClient hub, String condition, DpsClient provisioning, List<String> groups, String method) {
        this(hub, condition, provisioning, groups, method, DeviceChoice.ALL);
    }

    @Override
    public String host() {
        return hub.host();
    }

    @Override
    public String description() {
        return "IoT hub " + hub.host() + ", " + (condition == null ? "all devices" : "devices where " + condition)
                + choice.description();
    }

    @Override
    public AzureLimit commandLimit() {
        return AzureLimit.HUB_DIRECT_METHODS;
    }

    /** Which devices the groups enrolled is read first and held for the time of the reading: one id per device. */
    @Override
    public Future<Void> eachPage(Function<List<DiscoveredDevice>, Future<Void>> handler) {
        return enrolled().compose(ids -> {
            HubVerdict verdict = new HubVerdict(ids);
            DeviceChoice.Look look = choice.look();
            return hub.eachIdentityPage(
                            condition,
                            page -> handler.apply(page.stream()
                                    .filter(device -> look.takes(device.deviceId(), null, null, List.of()))
                                    .map(verdict::on)
                                    .toList()))
                    .compose(done -> look.end(handler));
        });
    }

    private Future<Set<String>> enrolled() {
        Set<String> ids = new HashSet<>();
        Future<Void> all = Future.succeededFuture();
        for (String group : groups) {
            all = all.compose(done -> provisioning.eachRegistrationPage(group, page -> {
                page.stream()
                        .filter(this::isHere)
                        .map(RegistrationState::deviceId)
                        .forEach(ids::add);
                return Future.succeededFuture();
            }));
        }
        return all.map(done -> ids);
    }

    private boolean isHere(RegistrationState state) {
        return hub.host().equalsIgnoreCase(state.assignedHub());
    }

    @Override
    public Future<MoveReply> move(DeviceRow device, MoveTarget target, Duration answer) {
        JsonObject payload = new JsonObject(target.fields(device.template()));
        return hub.invoke(device.deviceId(), method, payload, answer).map(MoveReply::new);
    }

    @Override
    public boolean showsConnections() {
        return true;
    }

    @Override
    public Future<Void> eachConnectedPage(Function<List<String>, Future<Void>> handler) {
        return hub.eachConnectedPage(condition, handler);
    }
}
