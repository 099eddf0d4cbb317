package io.drover.worker.source;

import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.arm.CentralApplication;
import io.drover.worker.azure.central.CentralClient;
import io.drover.worker.azure.central.CentralClient.CentralDevice;
import io.drover.worker.azure.central.DeviceTemplate;
import io.drover.worker.azure.central.MoveCommand;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.owned.ApplicationProperties;
import io.drover.worker.owned.OwnedData;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A device group of an IoT Central application; devices are told by the command of their template. */
public final class CentralSource implements MigrationSource {
    /** Devices that an application may have (reference section 0). */
    private static final int MOST_LISTED = 200_000;

    private final CentralApplication application;
    private final CentralClient central;
    private final String group;
    private final DeviceChoice choice;
    private final Map<String, String> waveGroups;
    private final Map<String, DeviceTemplate> templates;
    private final CentralVerdict verdict;
    private final CentralMove move;
    private final ApplicationProperties properties;
    private final Map<String, CentralDevice> listed = new ConcurrentHashMap<>();

    /**
     * A source.
     *
     * @param group id of a device group; null for all devices of the application
     * @param waveGroups ids of the device groups that waves name, by the name they give
     * @param templates by id, those that the migration may move
     */
    public CentralSource(
            CentralApplication application,
            CentralClient central,
            String group,
            DeviceChoice choice,
            Map<String, String> waveGroups,
            Map<String, DeviceTemplate> templates) {
        this.application = application;
        this.central = central;
        this.group = group;
        this.choice = choice;
        this.waveGroups = Map.copyOf(waveGroups);
        this.templates = Map.copyOf(templates);
        this.verdict = new CentralVerdict(templates);
        this.move = new CentralMove(central, this.templates);
        this.properties = new ApplicationProperties(central, templates);
    }

    /** The application as ARM lists it. */
    public CentralApplication application() {
        return application;
    }

    /** The application's REST API. */
    public CentralClient central() {
        return central;
    }

    /** Id of the device group that has exactly the selected devices; empty where they are chosen in another way. */
    public Optional<String> group() {
        return choice.all() ? Optional.ofNullable(group) : Optional.empty();
    }

    /** Id of a device group that a wave names. */
    public String waveGroup(String named) {
        return waveGroups.get(named);
    }

    /** How devices of this template are told to move; the documented component when it is null or gone. */
    public MoveCommand command(String template) {
        return move.command(template);
    }

    @Override
    public String host() {
        return central.host();
    }

    @Override
    public String description() {
        String from = group == null ? ", all devices" : ", device group " + group;
        return "IoT Central application " + central.host() + from + choice.description();
    }

    @Override
    public AzureLimit commandLimit() {
        return AzureLimit.CENTRAL_COMMANDS;
    }

    @Override
    public Future<Void> eachPage(Function<List<DiscoveredDevice>, Future<Void>> handler) {
        DeviceChoice.Look look = choice.look();
        Function<List<CentralDevice>, Future<Void>> chosen = page -> handler.apply(page.stream()
                .filter(device ->
                        look.takes(device.id(), device.displayName(), device.template(), device.organizations()))
                .map(this::remember)
                .map(verdict::on)
                .toList());
        return (group == null ? central.eachDevicePage(chosen) : central.eachGroupPage(group, chosen))
                .compose(done -> look.end(handler));
    }

    @Override
    public Future<Set<String>> members(String deviceGroup) {
        Set<String> ids = new HashSet<>();
        return central.eachGroupPage(waveGroup(deviceGroup), page -> {
                    page.forEach(device -> ids.add(device.id()));
                    return Future.succeededFuture();
                })
                .map(done -> ids);
    }

    @Override
    public Set<String> templates() {
        return templates.values().stream()
                .filter(DeviceTemplate::movable)
                .map(DeviceTemplate::id)
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public Future<String> displayName(String deviceId) {
        return device(deviceId)
                .map(device -> device.map(CentralDevice::displayName).orElse(deviceId));
    }

    @Override
    public Future<MoveReply> move(DeviceRow device, MoveTarget target, Duration answer) {
        return move.tell(device, device.template(), target, answer);
    }

    /** The list of devices says nothing of their credentials. */
    @Override
    public boolean showsCredentials() {
        return false;
    }

    @Override
    public Future<Optional<DeviceAttestation>> attestation(DeviceRow device) {
        return central.credentials(device.deviceId());
    }

    /** Name, organization and template are as the selection was last read; a call for them only where this process has not read it. */
    @Override
    public Future<Map<String, OwnedData>> owned(List<DeviceRow> devices) {
        return properties.read(devices, this::device);
    }

    @Override
    public int callsForOwned() {
        return properties.declaresAny() ? 1 : 0;
    }

    @Override
    public Future<List<OwnedData>> ownedSamples() {
        return Future.succeededFuture(templates.values().stream()
                .filter(DeviceTemplate::movable)
                .map(ApplicationProperties::possible)
                .toList());
    }

    private Future<Optional<CentralDevice>> device(String id) {
        CentralDevice known = listed.get(id);
        return known == null ? central.device(id) : Future.succeededFuture(Optional.of(known));
    }

    private CentralDevice remember(CentralDevice device) {
        if (listed.size() < MOST_LISTED || listed.containsKey(device.id())) {
            listed.put(device.id(), device);
        }
        return device;
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
