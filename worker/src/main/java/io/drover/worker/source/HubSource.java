package io.drover.worker.source;

import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.dps.DpsClient;
import io.drover.worker.azure.hub.HubClient;
import io.drover.worker.azure.quota.AzureLimit;
import io.drover.worker.device.DeviceCredential;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DiscoveredDevice;
import io.drover.worker.owned.HubTwins;
import io.drover.worker.owned.OwnedData;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Devices of an IoT hub that came to it through a provisioning service; they are told to move by direct methods. */
public final class HubSource implements MigrationSource {
    private final HubClient hub;
    private final String condition;
    private final DpsClient provisioning;
    private final Map<String, DeviceCredential> groups;
    private final boolean individuals;
    private final String method;
    private final DeviceChoice choice;

    /**
     * Devices of this hub.
     *
     * @param condition of the hub's query language; null for all devices
     * @param groups enrollment groups of {@code provisioning} that the target will have too, each with what its devices
     *     prove themselves with
     * @param individuals whether devices move that come through none of them
     * @param method name of the direct method
     */
    public HubSource(
            HubClient hub,
            String condition,
            DpsClient provisioning,
            Map<String, DeviceCredential> groups,
            boolean individuals,
            String method,
            DeviceChoice choice) {
        this.hub = hub;
        this.condition = condition;
        this.provisioning = provisioning;
        this.groups = Map.copyOf(groups);
        this.individuals = individuals;
        this.method = method;
        this.choice = choice;
    }

    /** All devices that the condition selects. */
    public HubSource(
            HubClient hub,
            String condition,
            DpsClient provisioning,
            Map<String, DeviceCredential> groups,
            boolean individuals,
            String method) {
        this(hub, condition, provisioning, groups, individuals, method, DeviceChoice.ALL);
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

    /** How each device came to the hub is read first and held for the time of the reading: one id per device. */
    @Override
    public Future<Void> eachPage(Function<List<DiscoveredDevice>, Future<Void>> handler) {
        return enrolled().compose(enrolled -> {
            HubVerdict verdict = new HubVerdict(enrolled, individuals);
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

    /** Individual enrollments last: they overrule a group's. */
    private Future<HubEnrollments> enrolled() {
        HubEnrollments enrolled = new HubEnrollments(hub.host());
        Future<Void> all = Future.succeededFuture();
        for (Map.Entry<String, DeviceCredential> group : groups.entrySet()) {
            all = all.compose(done -> provisioning.eachRegistrationPage(group.getKey(), page -> {
                page.forEach(state -> enrolled.registered(state, group.getValue()));
                return Future.succeededFuture();
            }));
        }
        return all.compose(done -> individuals
                        ? provisioning.enrollments().eachPage(page -> {
                            page.forEach(enrolled::enrolled);
                            return Future.succeededFuture();
                        })
                        : Future.succeededFuture())
                .map(done -> enrolled);
    }

    @Override
    public boolean showsCredentials() {
        return true;
    }

    /**
     * From the enrollment of its own, else from the registry, which costs one of few identity operations. The registry
     * never has an endorsement key: to it a device with a TPM is one with keys, which are no use anywhere else.
     */
    @Override
    public Future<Optional<DeviceAttestation>> attestation(DeviceRow device) {
        String id = device.deviceId();
        boolean individual = device.credential() != null && device.credential().isIndividual();
        return individual
                ? provisioning
                        .enrollments()
                        .attestation(id)
                        .compose(own -> own.isPresent() || device.credential() == DeviceCredential.TPM
                                ? Future.succeededFuture(own)
                                : hub.credentials(id))
                : hub.credentials(id);
    }

    @Override
    public Future<MoveReply> move(DeviceRow device, MoveTarget target, Duration answer) {
        JsonObject payload = new JsonObject(target.fields(device.template()));
        return hub.invoke(device.deviceId(), method, payload, answer).map(MoveReply::new);
    }

    @Override
    public Future<Map<String, OwnedData>> owned(List<DeviceRow> devices) {
        return new HubTwins(hub).read(devices.stream().map(DeviceRow::deviceId).toList());
    }

    @Override
    public Future<List<OwnedData>> ownedSamples() {
        return hub.someTwins(condition)
                .map(twins -> twins.stream().map(HubTwins::data).toList());
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
