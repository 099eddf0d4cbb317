package io.drover.worker.source;

import io.drover.worker.azure.arm.CentralApplication;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.azure.central.MoveCommand;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DiscoveredDevice;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A device group of an IoT Central application; devices are told by the command of their template. */
public final class CentralSource implements MigrationSource {
    private final CentralApplication application;
    private final CentralClient central;
    private final String group;
    private final Map<String, DeviceTemplate> templates;
    private final CentralVerdict verdict;

    /** {@code templates} by id are those that the migration may move. */
    public CentralSource(
            CentralApplication application,
            CentralClient central,
            String group,
            Map<String, DeviceTemplate> templates) {
        this.application = application;
        this.central = central;
        this.group = group;
        this.templates = Map.copyOf(templates);
        this.verdict = new CentralVerdict(templates);
    }

    @Override
    public Optional<String> applicationId() {
        return Optional.ofNullable(application.applicationId());
    }

    /** The application's REST API. */
    public CentralClient central() {
        return central;
    }

    /** Id of the device group. */
    public String group() {
        return group;
    }

    /** How this device is told to move; the documented component when its template is gone. */
    public MoveCommand command(DeviceRow device) {
        return Optional.ofNullable(device.template())
                .map(templates::get)
                .flatMap(DeviceTemplate::move)
                .orElse(MoveCommand.DOCUMENTED);
    }

    @Override
    public String host() {
        return central.host();
    }

    @Override
    public String description() {
        return "IoT Central application " + central.host() + ", device group " + group;
    }

    @Override
    public AzureLimit commandLimit() {
        return AzureLimit.CENTRAL_COMMANDS;
    }

    @Override
    public Future<Void> eachPage(Function<List<DiscoveredDevice>, Future<Void>> handler) {
        return central.eachGroupPage(
                group, page -> handler.apply(page.stream().map(verdict::on).toList()));
    }

    @Override
    public Future<MoveReply> move(DeviceRow device, MoveTarget target, Duration answer) {
        MoveCommand command = command(device);
        return central.deviceMove(
                        device.deviceId(),
                        command.component(),
                        command.payload(target.fields(device.template())),
                        answer)
                .map(reply -> new MoveReply(reply.status()));
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
