package io.drover.simulator.cloud.central;

import io.drover.simulator.cloud.dps.EnrollmentGroup;
import io.drover.simulator.cloud.dps.IndividualEnrollment;
import io.drover.simulator.cloud.dps.ProvisioningException;
import io.drover.simulator.cloud.dps.ProvisioningService;
import io.drover.simulator.cloud.dps.RegistrationGate;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubDevice;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * One IoT Central application: templates, devices, device groups, enrollment groups, jobs and the log of commands, with a hub and a
 * provisioning service of its own that devices reach the same way as any other. Thread-safe; nothing here blocks.
 */
public final class CentralApp {
    /** The enrollment group every application starts with. */
    public static final String DEFAULT_ENROLLMENT_GROUP = "SAS-IoT-Devices";

    private final String subdomain;
    private final String displayName;
    private final String applicationId;
    private final Hub hub;
    private final ProvisioningService provisioning;
    private final CommandLog commands = new CommandLog();
    private final DeviceCommands deviceCommands;
    private final EnrollmentGroupNames enrollmentGroups;
    private final X509Groups x509Groups;
    private final Membership members;
    private final DataExports exports;
    private final DeviceProperties properties;
    /** Individual enrollments, for the few devices that have one. */
    private final Map<String, DeviceAttestation> attestations = new ConcurrentHashMap<>();

    private final ConcurrentNavigableMap<String, ScheduledJob> scheduledJobs = new ConcurrentSkipListMap<>();
    /** By gateway, for the few devices that are one. */
    private final ConcurrentNavigableMap<String, ConcurrentNavigableMap<String, RelationshipResource.Relationship>>
            relationships = new ConcurrentSkipListMap<>();

    private final ConcurrentNavigableMap<String, DeviceTemplate> templates = new ConcurrentSkipListMap<>();
    private final ConcurrentNavigableMap<String, DeviceGroup> groups = new ConcurrentSkipListMap<>();
    private final ConcurrentNavigableMap<String, CentralDevice> devices = new ConcurrentSkipListMap<>();
    private final ConcurrentNavigableMap<String, Job> jobs = new ConcurrentSkipListMap<>();

    /**
     * Makes the application and takes over its provisioning service: default enrollment group and registration gate.
     *
     * @param hub the application's own hub, {@code iotc-{applicationId}}
     * @param provisioning the application's own service, linked to that hub
     * @param random source of group keys
     */
    public CentralApp(
            String subdomain,
            String displayName,
            String applicationId,
            Hub hub,
            ProvisioningService provisioning,
            Clock clock,
            RandomGenerator random) {
        this.subdomain = subdomain;
        this.displayName = displayName;
        this.applicationId = applicationId;
        this.hub = hub;
        this.provisioning = provisioning;
        this.deviceCommands = new DeviceCommands(hub, commands, clock);
        this.enrollmentGroups = new EnrollmentGroupNames(provisioning, random);
        this.x509Groups = new X509Groups(provisioning, clock, random);
        this.members = new Membership(applicationId, clock, random);
        this.exports = new DataExports(this);
        this.properties = new DeviceProperties(hub, clock);
        hub.onConnection(exports::connectivity);
        provisioning.put(EnrollmentGroup.of(DEFAULT_ENROLLMENT_GROUP, SymmetricKey.generate(random)), null);
        provisioning.gate((registrationId, payload) -> admit(registrationId));
    }

    public String subdomain() {
        return subdomain;
    }

    public String displayName() {
        return displayName;
    }

    public String applicationId() {
        return applicationId;
    }

    /** The application's own hub. */
    public Hub hub() {
        return hub;
    }

    /** The application's own provisioning service. */
    public ProvisioningService provisioning() {
        return provisioning;
    }

    /** Keys of the default enrollment group and the id scope. */
    public FactoryKeys factory() {
        SymmetricKey keys = provisioning
                .group(DEFAULT_ENROLLMENT_GROUP)
                .map(EnrollmentGroup::keys)
                .orElseThrow(() -> new IllegalStateException("The default enrollment group was deleted."));
        return new FactoryKeys(provisioning.idScope(), DEFAULT_ENROLLMENT_GROUP, keys);
    }

    /** Every command to every device: the ground truth. */
    public CommandLog commands() {
        return commands;
    }

    /** Adds a template or replaces the one of the same id. */
    public void addTemplate(DeviceTemplate template) {
        templates.put(template.id(), template);
    }

    /** Adds a custom role or replaces the one of the same id. */
    public void addRole(Role role) {
        members.roles().put(role.id(), role);
    }

    /** Adds a device group or replaces the one of the same id. */
    public void addGroup(DeviceGroup group) {
        groups.put(group.id(), group);
    }

    /**
     * Adds devices that have never connected; ids already there stay as they are.
     *
     * @param template the id of a template of this application, or null for unassigned devices
     * @return how many were new
     * @throws IllegalArgumentException for an unknown template or an id no hub would take, before anything is added
     */
    public int addDevices(String template, boolean simulated, Collection<String> ids) {
        if (template != null && !templates.containsKey(template)) {
            throw new IllegalArgumentException(
                    "The application '" + subdomain + "' has no device template '" + template + "'.");
        }
        List<String> refused =
                ids.stream().filter(id -> !HubDevice.isDeviceId(id)).limit(5).toList();
        if (!refused.isEmpty()) {
            throw new IllegalArgumentException("Not valid as device ids: " + refused + ".");
        }
        int created = 0;
        for (String id : ids) {
            CentralDevice device = new CentralDevice(id, id, template, true, false, simulated, null, 1);
            if (devices.putIfAbsent(id, device) == null) {
                created++;
            }
        }
        return created;
    }

    public Optional<CentralDevice> device(String id) {
        return Optional.ofNullable(devices.get(id));
    }

    /** All devices in the order of ids. */
    public Stream<CentralDevice> devices() {
        return devices.values().stream();
    }

    /** Devices whose ids come after this one, in order. */
    public Stream<CentralDevice> devicesAfter(String id) {
        return devices.tailMap(id, false).values().stream();
    }

    /** Values of a device's cloud properties by name, of components by {@code component.name}. */
    public JsonObject cloudProperties(String deviceId) {
        return properties.cloudValues(deviceId);
    }

    public int deviceCount() {
        return devices.size();
    }

    public Optional<DeviceTemplate> template(String id) {
        return id == null ? Optional.empty() : Optional.ofNullable(templates.get(id));
    }

    public Optional<DeviceGroup> group(String id) {
        return Optional.ofNullable(groups.get(id));
    }

    ConcurrentNavigableMap<String, CentralDevice> allDevices() {
        return devices;
    }

    ConcurrentNavigableMap<String, DeviceTemplate> allTemplates() {
        return templates;
    }

    ConcurrentNavigableMap<String, DeviceGroup> allGroups() {
        return groups;
    }

    ConcurrentNavigableMap<String, Job> allJobs() {
        return jobs;
    }

    X509Groups x509Groups() {
        return x509Groups;
    }

    Membership members() {
        return members;
    }

    ConcurrentNavigableMap<String, ScheduledJob> scheduledJobs() {
        return scheduledJobs;
    }

    DeviceProperties properties() {
        return properties;
    }

    ConcurrentNavigableMap<String, ConcurrentNavigableMap<String, RelationshipResource.Relationship>> relationships() {
        return relationships;
    }

    DataExports exports() {
        return exports;
    }

    DeviceCommands deviceCommands() {
        return deviceCommands;
    }

    EnrollmentGroupNames enrollmentGroups() {
        return enrollmentGroups;
    }

    /** Creates (the change sees null), changes or, when the change gives null, deletes a device, atomically. */
    CentralDevice changeDevice(String id, UnaryOperator<CentralDevice> change) {
        return devices.compute(id, (key, before) -> change.apply(before));
    }

    /** The individual enrollment of a device; empty when its group counts. */
    Optional<DeviceAttestation> attestation(String deviceId) {
        return Optional.ofNullable(attestations.get(deviceId));
    }

    /**
     * Gives a device an individual enrollment at the application's provisioning service; null takes it away.
     *
     * @throws CentralException when the service would not take the device's id
     */
    synchronized void attest(String deviceId, DeviceAttestation attestation) {
        boolean enrolled = provisioning.individual(deviceId).isPresent();
        if (attestation == null) {
            attestations.remove(deviceId);
            if (enrolled) {
                provisioning.deleteIndividual(deviceId, null);
            }
            return;
        }
        try {
            provisioning.putIndividual(
                    IndividualEnrollment.of(deviceId, attestation.mechanism()), enrolled ? "*" : null);
        } catch (ProvisioningException refused) {
            throw CentralException.unprocessable(refused.getMessage());
        }
        attestations.put(deviceId, attestation);
    }

    /** Removes the device here, its identity at the hub and its registration; false when there was none. */
    boolean deleteDevice(String id) {
        if (devices.remove(id) == null) {
            return false;
        }
        attest(id, null);
        properties.forget(id);
        relationships.remove(id);
        hub.delete(id);
        provisioning.registration(id).ifPresent(known -> provisioning.deleteRegistration(id, null));
        return true;
    }

    /** IoT Central's part in a registration: a device it does not know or has blocked is refused, as documented. */
    private RegistrationGate.Decision admit(String registrationId) {
        CentralDevice admitted = devices.computeIfPresent(
                registrationId, (id, device) -> device.enabled() ? device.markProvisioned() : device);
        if (admitted == null) {
            return RegistrationGate.Decision.customAllocationFailed(404);
        }
        return admitted.enabled()
                ? RegistrationGate.Decision.assign(hub)
                : RegistrationGate.Decision.customAllocationFailed(403);
    }
}
