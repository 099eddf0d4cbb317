package io.drover.worker.source;

import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.owned.ApplicationProperties;
import io.drover.worker.owned.OwnedData;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Devices that a migration moved to an IoT Central application and that leave it again, told by its command. */
public final class ApplicationReturn implements MigrationSource {
    private final CentralClient central;
    private final ReturnSelection selection;
    private final ApplicationProperties properties;
    private final CentralMove move;
    private final String chosen;

    /**
     * A way back.
     *
     * @param templates of the application that the devices leave, by id
     * @param chosen id of the template that all devices have there; null where each kept its own
     */
    public ApplicationReturn(
            CentralClient central, ReturnSelection selection, Map<String, DeviceTemplate> templates, String chosen) {
        this.central = central;
        this.selection = selection;
        this.properties = new ApplicationProperties(central, templates);
        this.move = new CentralMove(central, Map.copyOf(templates));
        this.chosen = chosen;
    }

    @Override
    public String host() {
        return central.host();
    }

    @Override
    public String description() {
        return "IoT Central application " + central.host();
    }

    @Override
    public AzureLimit commandLimit() {
        return AzureLimit.CENTRAL_COMMANDS;
    }

    @Override
    public Future<Void> eachPage(Function<List<DiscoveredDevice>, Future<Void>> handler) {
        return selection.eachPage(handler);
    }

    @Override
    public Future<MoveReply> move(DeviceRow device, MoveTarget target, Duration answer) {
        return move.tell(device, chosen == null ? device.template() : chosen, target, answer);
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

    @Override
    public int callsForOwned() {
        return properties.declaresAny() ? 2 : 1;
    }

    @Override
    public Future<Map<String, OwnedData>> owned(List<DeviceRow> devices) {
        return properties.read(devices, central::device);
    }

    /** IoT Central's REST API tells nobody's connection. */
    @Override
    public boolean showsConnections() {
        return false;
    }

    @Override
    public Future<Void> eachConnectedPage(Function<List<String>, Future<Void>> handler) {
        return Future.succeededFuture();
    }
}
