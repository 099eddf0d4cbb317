package io.drover.worker.source;

import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.azure.central.MoveCommand;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.owned.HubTwins;
import io.drover.worker.owned.OwnedData;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Devices that a migration moved to the hubs of a provisioning service and that leave them again, each told by a direct
 * method of the hub that it arrived at.
 */
public final class HubReturn implements MigrationSource {
    private final List<HubClient> hubs;
    private final ReturnSelection selection;
    private final Map<String, DeviceTemplate> templates;
    private final Optional<String> method;

    /**
     * A way back.
     *
     * @param hubs one at least; the first one's limit of direct methods is the smallest
     * @param templates of the application that the devices came from, whose command they know; empty for none
     * @param method name of the direct method; empty for that of each device's template
     */
    public HubReturn(
            List<HubClient> hubs,
            ReturnSelection selection,
            Map<String, DeviceTemplate> templates,
            Optional<String> method) {
        this.hubs = List.copyOf(hubs);
        this.selection = selection;
        this.templates = Map.copyOf(templates);
        this.method = method;
    }

    @Override
    public String host() {
        return hubs.get(0).host();
    }

    @Override
    public String description() {
        return "IoT hubs "
                + String.join(", ", hubs.stream().map(HubClient::host).toList());
    }

    @Override
    public AzureLimit commandLimit() {
        return AzureLimit.HUB_DIRECT_METHODS;
    }

    @Override
    public Future<Void> eachPage(Function<List<DiscoveredDevice>, Future<Void>> handler) {
        return selection.eachPage(handler);
    }

    @Override
    public Future<MoveReply> move(DeviceRow device, MoveTarget target, Duration answer) {
        Map<String, Object> fields = target.fields(device.template());
        MoveCommand command = command(device.template());
        Object payload = method.isPresent() ? new JsonObject(fields) : command.payload(fields);
        return selection
                .moved(device.deviceId())
                .compose(moved -> hub(moved.map(DeviceRow::assignedHub).orElse(null)))
                .compose(hub -> hub.invoke(device.deviceId(), method.orElseGet(command::method), payload, answer))
                .map(MoveReply::new);
    }

    private MoveCommand command(String template) {
        return Optional.ofNullable(template)
                .map(templates::get)
                .flatMap(DeviceTemplate::move)
                .orElse(MoveCommand.DOCUMENTED);
    }

    private Future<HubClient> hub(String assigned) {
        return hubs.stream()
                .filter(hub -> hub.host().equalsIgnoreCase(assigned) || (assigned == null && hubs.size() == 1))
                .findFirst()
                .map(Future::succeededFuture)
                .orElseGet(() -> Future.failedFuture(new AzureException(
                        404,
                        "HubNotLinked",
                        "The device's hub " + assigned + " is not linked to the target any more.")));
    }

    /** No credential matters: what accepted the devices before they left accepts them again. */
    @Override
    public boolean showsCredentials() {
        return true;
    }

    @Override
    public Future<Optional<DeviceAttestation>> attestation(DeviceRow device) {
        return Future.succeededFuture(Optional.empty());
    }

    /** Each hub is asked for those that arrived at it. */
    @Override
    public Future<Map<String, OwnedData>> owned(List<DeviceRow> devices) {
        Map<HubClient, List<String>> byHub = new HashMap<>();
        Future<Void> all = Future.succeededFuture();
        for (DeviceRow device : devices) {
            all = all.compose(done -> selection.moved(device.deviceId()))
                    .compose(moved -> hub(moved.map(DeviceRow::assignedHub).orElse(null)))
                    .onSuccess(hub -> byHub.computeIfAbsent(hub, first -> new ArrayList<>())
                            .add(device.deviceId()))
                    .mapEmpty();
        }
        return all.compose(done -> read(List.copyOf(byHub.entrySet()), new HashMap<>()));
    }

    private static Future<Map<String, OwnedData>> read(
            List<Map.Entry<HubClient, List<String>>> byHub, Map<String, OwnedData> found) {
        Future<Void> all = Future.succeededFuture();
        for (Map.Entry<HubClient, List<String>> one : byHub) {
            all = all.compose(done -> new HubTwins(one.getKey()).read(one.getValue()))
                    .onSuccess(found::putAll)
                    .mapEmpty();
        }
        return all.map(done -> found);
    }

    @Override
    public boolean showsConnections() {
        return true;
    }

    @Override
    public Future<Void> eachConnectedPage(Function<List<String>, Future<Void>> handler) {
        Future<Void> all = Future.succeededFuture();
        for (HubClient hub : hubs) {
            all = all.compose(done -> hub.eachConnectedPage(null, handler));
        }
        return all;
    }
}
