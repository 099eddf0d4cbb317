package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.hub.DeviceCredential;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubDevice;
import io.drover.simulator.cloud.hub.InitialTwin;
import io.drover.simulator.cloud.hub.Twin;
import io.drover.simulator.cloud.sas.SasToken;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * One Device Provisioning Service: linked hubs, enrollment groups with symmetric keys, and the registrations made with
 * them. Thread-safe; nothing here blocks or does I/O. Refusals are {@link ProvisioningException}s.
 */
public final class ProvisioningService {
    /** The policy the service starts with; it has every right. */
    public static final String OWNER_POLICY = "provisioningserviceowner";

    private static final Pattern REGISTRATION_ID = Pattern.compile("[A-Za-z0-9\\-._:]{0,127}[A-Za-z0-9\\-]");

    private final String name;
    private final String idScope;
    private final CopyOnWriteArrayList<Hub> linkedHubs;
    private final Map<String, ProvisioningPolicy> policies;
    private final Clock clock;
    private final Duration assignmentTime;
    private final RandomGenerator random;
    private final EnrollmentGroups groups = new EnrollmentGroups();
    private final ConcurrentHashMap<String, Registration> registrations = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, PollWindow> polls = new ConcurrentHashMap<>();
    private final Map<RegistrationStatus, LongAdder> decided = new EnumMap<>(RegistrationStatus.class);
    private volatile RegistrationGate gate = RegistrationGate.OPEN;

    /**
     * A service without enrollments.
     *
     * @param name null for IoT Central's own service, which ARM does not list
     * @param assignmentTime from a register request until the device is {@code assigned}
     * @param random source of keys, etags and operation ids
     */
    public ProvisioningService(
            String name,
            String idScope,
            List<Hub> linkedHubs,
            Clock clock,
            Duration assignmentTime,
            RandomGenerator random) {
        this.name = name;
        this.idScope = idScope;
        this.linkedHubs = new CopyOnWriteArrayList<>(linkedHubs);
        this.clock = clock;
        this.assignmentTime = assignmentTime;
        this.random = random;
        this.policies = Map.of(OWNER_POLICY, new ProvisioningPolicy(OWNER_POLICY, SymmetricKey.generate(random)));
        for (RegistrationStatus status : RegistrationStatus.values()) {
            decided.put(status, new LongAdder());
        }
    }

    /** The resource name, null for IoT Central's own service. */
    public String name() {
        return name;
    }

    /** The id scope devices name. */
    public String idScope() {
        return idScope;
    }

    /** Hubs devices can be assigned to. */
    public List<Hub> linkedHubs() {
        return List.copyOf(linkedHubs);
    }

    /** Links one more hub; a hub that is linked already stays as it is. */
    public void link(Hub hub) {
        linkedHubs.addIfAbsent(hub);
    }

    /** Shared access policies of the service API, by name. */
    public Map<String, ProvisioningPolicy> policies() {
        return policies;
    }

    /** Puts a gate before the allocation; one at a time. */
    public void gate(RegistrationGate registrationGate) {
        this.gate = registrationGate;
    }

    /** The group of this id, in any case. */
    public Optional<EnrollmentGroup> group(String id) {
        return groups.get(id);
    }

    /** Groups in the order of ids, after the continuation (null = from the start). */
    public Page<EnrollmentGroup> groups(String continuation, int max) {
        return groups.page(continuation, max);
    }

    /**
     * Creates or updates a group.
     *
     * @param ifMatch null creates, an etag or {@code *} updates
     * @return the group as stored, with its new etag
     * @throws ProvisioningException ENROLLMENT_EXISTS, ENROLLMENT_NOT_FOUND or ETAG_MISMATCH
     */
    public EnrollmentGroup put(EnrollmentGroup group, String ifMatch) {
        Instant now = clock.instant();
        return groups.compute(group.id(), before -> {
            if (before != null && ifMatch == null) {
                throw new ProvisioningException(ProvisioningError.ENROLLMENT_EXISTS);
            }
            if (ifMatch != null) {
                requireMatch(before, ifMatch);
            }
            return group.stored(before == null ? now : before.created(), now, newEtag());
        });
    }

    /**
     * Deletes a group with its registration records. The devices stay at their hubs.
     *
     * @param ifMatch null deletes whatever the etag is
     * @throws ProvisioningException ENROLLMENT_NOT_FOUND or ETAG_MISMATCH
     */
    public void delete(String groupId, String ifMatch) {
        groups.remove(groupId, before -> requireMatch(before, ifMatch == null ? "*" : ifMatch))
                .forEach(gone -> {
                    registrations.remove(key(gone), gone);
                    polls.remove(key(gone));
                });
    }

    private static void requireMatch(EnrollmentGroup before, String ifMatch) {
        if (before == null) {
            throw new ProvisioningException(ProvisioningError.ENROLLMENT_NOT_FOUND);
        }
        requireMatch(before.etag(), ifMatch);
    }

    private static void requireMatch(String etag, String ifMatch) {
        String bare = ifMatch.replace("\"", "");
        if (!bare.equals("*") && !bare.equals(etag)) {
            throw new ProvisioningException(ProvisioningError.ETAG_MISMATCH);
        }
    }

    /**
     * Registers a device: authenticates it, asks the gate, computes a hub and creates the identity there with the
     * derived key. The result is {@code assigning} until the assignment time has passed.
     *
     * @param payload what the device sent for a custom allocation, or null
     * @throws ProvisioningException INVALID_REGISTRATION_ID or UNAUTHORIZED; every other outcome is a status of the
     *     registration
     */
    public Registration register(String registrationId, SasToken token, JsonObject payload) {
        EnrollmentGroup group = authenticate(registrationId, token);
        return registrations.compute(EnrollmentGroups.key(registrationId), (key, before) -> {
            if (before != null && isAssigning(before)) {
                return before;
            }
            Registration registration = decide(group, registrationId, payload, before);
            groups.add(registration);
            decided.get(registration.outcome()).increment();
            return registration;
        });
    }

    /**
     * The registration the operation belongs to, for a device that proves who it is.
     *
     * @throws ProvisioningException UNAUTHORIZED, or REGISTRATION_NOT_FOUND for an unknown or superseded operation
     */
    public Registration poll(String registrationId, SasToken token, String operationId) {
        authenticate(registrationId, token);
        return registration(registrationId)
                .filter(found -> found.operationId().equals(operationId))
                .orElseThrow(() -> new ProvisioningException(ProvisioningError.REGISTRATION_NOT_FOUND));
    }

    /**
     * Takes one status poll from the device's quota, however many connections it uses: empty when granted, else the seconds to wait.
     * Only for devices that have registered, so that there are no more windows than registrations.
     */
    OptionalLong tryPoll(String registrationId, int timeCompression) {
        return polls.computeIfAbsent(EnrollmentGroups.key(registrationId), key -> new PollWindow(timeCompression))
                .tryAcquire(clock.instant());
    }

    /** The latest registration of this id, in any case. */
    public Optional<Registration> registration(String registrationId) {
        return Optional.ofNullable(registrations.get(EnrollmentGroups.key(registrationId)));
    }

    /**
     * Registrations made with a group, in the order of ids.
     *
     * @throws ProvisioningException ENROLLMENT_NOT_FOUND
     */
    public Page<Registration> registrations(String groupId, String continuation, int max) {
        return groups.registrations(groupId, continuation, max)
                .orElseThrow(() -> new ProvisioningException(ProvisioningError.ENROLLMENT_NOT_FOUND));
    }

    /**
     * Deletes the record of a registration; the device stays at its hub.
     *
     * @param ifMatch null deletes whatever the etag is
     * @throws ProvisioningException REGISTRATION_NOT_FOUND or ETAG_MISMATCH
     */
    public void deleteRegistration(String registrationId, String ifMatch) {
        registrations.compute(EnrollmentGroups.key(registrationId), (key, before) -> {
            if (before == null) {
                throw new ProvisioningException(ProvisioningError.REGISTRATION_NOT_FOUND);
            }
            requireMatch(before.etag(), ifMatch == null ? "*" : ifMatch);
            groups.forget(before);
            polls.remove(key);
            return null;
        });
    }

    /** How many registrations were decided this way since the start: assigned, failed or disabled. */
    public long decided(RegistrationStatus status) {
        return decided.get(status).sum();
    }

    /** The status this registration shows now. */
    public RegistrationStatus statusOf(Registration registration) {
        return registration.statusAt(clock.instant());
    }

    private boolean isAssigning(Registration registration) {
        return statusOf(registration) == RegistrationStatus.ASSIGNING;
    }

    private EnrollmentGroup authenticate(String registrationId, SasToken token) {
        if (!REGISTRATION_ID.matcher(registrationId).matches()) {
            throw new ProvisioningException(ProvisioningError.INVALID_REGISTRATION_ID);
        }
        if (!token.resource().equalsIgnoreCase(idScope + "/registrations/" + registrationId)
                || !token.expiry().isAfter(clock.instant())) {
            throw new ProvisioningException(ProvisioningError.UNAUTHORIZED);
        }
        return registration(registrationId)
                .flatMap(known -> groups.get(known.groupId()))
                .filter(group -> signed(group, registrationId, token))
                .or(() -> groups.all().stream()
                        .filter(group -> signed(group, registrationId, token))
                        .findFirst())
                .orElseThrow(() -> new ProvisioningException(ProvisioningError.UNAUTHORIZED));
    }

    private static boolean signed(EnrollmentGroup group, String registrationId, SasToken token) {
        return token.signedBy(group.keys().derive(registrationId));
    }

    private Registration decide(EnrollmentGroup group, String registrationId, JsonObject payload, Registration before) {
        if (!group.enabled()) {
            return outcome(group, registrationId, before, RegistrationStatus.DISABLED, null);
        }
        RegistrationGate.Decision decision = gate.decide(registrationId, payload);
        if (decision.refusal() != null) {
            return outcome(group, registrationId, before, RegistrationStatus.FAILED, decision.refusal());
        }
        Optional<Hub> kept = before == null || group.reprovision().updateHubAssignment()
                ? Optional.empty()
                : linked(before.assignedHub());
        return Optional.ofNullable(decision.hub())
                .or(() -> kept)
                .or(() -> HubAllocation.allocate(group, EnrollmentGroups.key(registrationId), linkedHubs))
                .map(hub -> assign(group, registrationId, hub, before))
                .orElseGet(() -> outcome(
                        group,
                        registrationId,
                        before,
                        RegistrationStatus.FAILED,
                        new RegistrationGate.Refusal(
                                ProvisioningError.BAD_REQUEST.code(), "No IoT hub is linked for this enrollment.")));
    }

    private Registration assign(EnrollmentGroup group, String registrationId, Hub hub, Registration before) {
        String deviceId = before == null || before.deviceId() == null ? registrationId : before.deviceId();
        DeviceCredential credential = new DeviceCredential(group.keys().derive(registrationId));
        hub.createOrGet(deviceId, credential, arrivalTwin(group, hub, before));
        Instant settled = clock.instant().plus(assignmentTime);
        boolean again = before != null && hub.hostName().equals(before.assignedHub());
        return new Registration(
                before == null ? registrationId : before.registrationId(),
                group.id(),
                newOperationId(),
                RegistrationStatus.ASSIGNED,
                substatus(group, hub, before),
                hub.hostName(),
                deviceId,
                0,
                null,
                before == null ? clock.instant() : before.created(),
                settled,
                again ? before.assignedAt() : settled,
                newEtag());
    }

    /** Takes the device from the hub it leaves; the twin to arrive with is the one it had there or the group's. */
    private InitialTwin arrivalTwin(EnrollmentGroup group, Hub hub, Registration before) {
        if (before == null
                || before.assignedHub() == null
                || before.assignedHub().equals(hub.hostName())) {
            return group.initialTwin();
        }
        Optional<Hub> left = linked(before.assignedHub());
        Optional<InitialTwin> carried = left.flatMap(from -> from.device(before.deviceId()))
                .filter(device -> group.reprovision().migrateDeviceData())
                .map(HubDevice::twin)
                .map(ProvisioningService::carried);
        left.ifPresent(from -> from.delete(before.deviceId()));
        return carried.orElse(group.initialTwin());
    }

    private static InitialTwin carried(Twin twin) {
        JsonObject desired = twin.properties(false).getJsonObject("desired");
        desired.remove("$version");
        return new InitialTwin(twin.tags(), desired);
    }

    private Optional<Hub> linked(String hostName) {
        return linkedHubs.stream()
                .filter(hub -> hub.hostName().equals(hostName))
                .findFirst();
    }

    private static RegistrationSubstatus substatus(EnrollmentGroup group, Hub hub, Registration before) {
        if (before == null || before.assignedHub() == null) {
            return RegistrationSubstatus.INITIAL_ASSIGNMENT;
        }
        if (before.assignedHub().equals(hub.hostName())) {
            return RegistrationSubstatus.REPROVISIONED_TO_INITIAL_ASSIGNMENT;
        }
        return group.reprovision().migrateDeviceData()
                ? RegistrationSubstatus.DEVICE_DATA_MIGRATED
                : RegistrationSubstatus.DEVICE_DATA_RESET;
    }

    private Registration outcome(
            EnrollmentGroup group,
            String registrationId,
            Registration before,
            RegistrationStatus status,
            RegistrationGate.Refusal refusal) {
        return new Registration(
                before == null ? registrationId : before.registrationId(),
                group.id(),
                newOperationId(),
                status,
                null,
                null,
                null,
                refusal == null ? 0 : refusal.errorCode(),
                refusal == null ? null : refusal.errorMessage(),
                before == null ? clock.instant() : before.created(),
                clock.instant().plus(assignmentTime),
                null,
                newEtag());
    }

    private static String key(Registration registration) {
        return EnrollmentGroups.key(registration.registrationId());
    }

    private String newEtag() {
        return String.format("%016x", random.nextLong());
    }

    private String newOperationId() {
        return String.format(
                "5.%016x.%08x-%04x-4%03x-a%03x-%012x",
                random.nextLong(),
                random.nextInt(),
                random.nextInt(1 << 16),
                random.nextInt(1 << 12),
                random.nextInt(1 << 12),
                random.nextLong(1L << 48));
    }
}
