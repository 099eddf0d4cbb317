package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.hub.Hub;
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

/**
 * One Device Provisioning Service: linked hubs, enrollment groups with symmetric keys, and the registrations made with
 * them. Thread-safe; nothing here blocks or does I/O. Refusals are {@link ProvisioningException}s.
 */
public final class ProvisioningService {
    /** The policy the service starts with; it has every right. */
    public static final String OWNER_POLICY = "provisioningserviceowner";

    private final String name;
    private final String idScope;
    private final CopyOnWriteArrayList<Hub> linkedHubs;
    private final Map<String, ProvisioningPolicy> policies;
    private final Clock clock;
    private final OpaqueIds ids;
    private final Attestation attestation;
    private final DeviceAssignment assignment;
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
        this.ids = new OpaqueIds(random);
        this.attestation = new Attestation(idScope, groups, clock);
        this.assignment = new DeviceAssignment(this.linkedHubs, () -> gate, clock, assignmentTime, ids);
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
            return group.stored(before == null ? now : before.created(), now, ids.etag());
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
        EnrollmentGroup group = attestation.authenticate(registrationId, token, registration(registrationId));
        return registrations.compute(EnrollmentGroups.key(registrationId), (key, before) -> {
            if (before != null && isAssigning(before)) {
                return before;
            }
            Registration registration = assignment.decide(group, registrationId, payload, before);
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
        attestation.authenticate(registrationId, token, registration(registrationId));
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

    private static String key(Registration registration) {
        return EnrollmentGroups.key(registration.registrationId());
    }
}
