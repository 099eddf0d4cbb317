package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.sas.SymmetricKey;
import io.drover.simulator.cloud.x509.CaCertificates;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Device Provisioning Service: linked hubs, policies, authorities, enrollments, and the registrations made with them. Thread-safe;
 * nothing here blocks, and only custom allocation does I/O. Refusals are {@link ProvisioningException}s.
 */
public final class ProvisioningService {
    /** The policy the service starts with; it has every right. */
    public static final String OWNER_POLICY = "provisioningserviceowner";

    private static final Logger LOG = LoggerFactory.getLogger(ProvisioningService.class);

    private final String name;
    private final String idScope;
    private final CopyOnWriteArrayList<LinkedHub> linkedHubs = new CopyOnWriteArrayList<>();
    private final Map<String, ProvisioningPolicy> policies = new ConcurrentHashMap<>();
    private final Clock clock;
    private final RandomGenerator random;
    private final Attestation attestation;
    private final DeviceAssignment assignment;
    private final CaCertificates authorities;
    private final TpmKeys tpm;
    private final Enrollments<EnrollmentGroup> groups;
    private final Enrollments<IndividualEnrollment> individuals;
    private final Registrations registrations = new Registrations();
    private final Map<RegistrationStatus, LongAdder> decided = new EnumMap<>(RegistrationStatus.class);
    private volatile RegistrationGate gate = RegistrationGate.OPEN;
    private volatile CustomAllocationWebhook webhook;

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
        this.clock = clock;
        this.random = random;
        OpaqueIds ids = new OpaqueIds(random);
        EnrollmentLimits limits = new EnrollmentLimits(name == null);
        this.groups = new Enrollments<>(clock, ids, limits::checkGroup);
        this.individuals = new Enrollments<>(clock, ids, limits::checkIndividual);
        this.authorities = new CaCertificates(clock, random);
        this.tpm = new TpmKeys(idScope, clock, random);
        this.attestation = new Attestation(idScope, groups, individuals, authorities, tpm, clock);
        this.assignment = new DeviceAssignment(this.linkedHubs, () -> gate, clock, assignmentTime, ids, tpm);
        linkedHubs.forEach(this::link);
        addPolicy(OWNER_POLICY, EnumSet.allOf(ProvisioningRight.class));
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
        return linkedHubs.stream().map(LinkedHub::hub).toList();
    }

    /** The hubs with what ARM says of their links. */
    public List<LinkedHub> links() {
        return List.copyOf(linkedHubs);
    }

    /** Links one more hub; a hub that is linked already stays as it is. */
    public synchronized void link(Hub hub) {
        if (linkedHubs.stream().noneMatch(link -> link.hub() == hub)) {
            linkedHubs.add(LinkedHub.of(hub));
        }
    }

    /** Links a hub, or changes the weight and the application of the policy of one that is linked. */
    public synchronized void link(LinkedHub changed) {
        link(changed.hub());
        linkedHubs.replaceAll(link -> link.hub() == changed.hub() ? changed : link);
    }

    /** Shared access policies of the service API, by name. */
    public Map<String, ProvisioningPolicy> policies() {
        return Map.copyOf(policies);
    }

    /** Adds a policy with fresh keys; one that exists keeps its keys and takes the rights. */
    public ProvisioningPolicy addPolicy(String policyName, Set<ProvisioningRight> rights) {
        return policies.compute(
                policyName,
                (key, before) -> new ProvisioningPolicy(
                        policyName, before == null ? SymmetricKey.generate(random) : before.key(), rights));
    }

    /** Authorities that enrollments can refer to. */
    public CaCertificates authorities() {
        return authorities;
    }

    /** Puts a gate before the allocation; one at a time. */
    public void gate(RegistrationGate registrationGate) {
        this.gate = registrationGate;
    }

    /** How webhooks are asked; without it custom allocations fail. */
    public void webhook(CustomAllocationWebhook customAllocation) {
        this.webhook = customAllocation;
    }

    Enrollments<EnrollmentGroup> groups() {
        return groups;
    }

    Enrollments<IndividualEnrollment> individuals() {
        return individuals;
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
     * @throws ProvisioningException ENROLLMENT_EXISTS, ENROLLMENT_NOT_FOUND, ETAG_MISMATCH or LIMIT_REACHED
     */
    public EnrollmentGroup put(EnrollmentGroup group, String ifMatch) {
        return groups.put(group, ifMatch);
    }

    /**
     * Deletes a group with its registration records. The devices stay at their hubs.
     *
     * @param ifMatch null deletes whatever the etag is
     * @throws ProvisioningException ENROLLMENT_NOT_FOUND or ETAG_MISMATCH
     */
    public void delete(String groupId, String ifMatch) {
        groups.remove(groupId, ifMatch);
        registrations.removeGroup(groupId);
    }

    /** The individual enrollment of this registration id, in any case. */
    public Optional<IndividualEnrollment> individual(String registrationId) {
        return individuals.get(registrationId);
    }

    /**
     * Creates or updates an individual enrollment, as {@link #put} does for a group; IoT Central enrolls single devices this way.
     *
     * @throws ProvisioningException also INVALID_REGISTRATION_ID
     */
    public IndividualEnrollment putIndividual(IndividualEnrollment enrollment, String ifMatch) {
        if (!Attestation.isRegistrationId(enrollment.id())) {
            throw new ProvisioningException(ProvisioningError.INVALID_REGISTRATION_ID);
        }
        return individuals.put(enrollment, ifMatch);
    }

    /** Deletes an individual enrollment with its registration record, as {@link #delete} does for a group. */
    public void deleteIndividual(String registrationId, String ifMatch) {
        individuals.remove(registrationId, ifMatch);
        tpm.removed(registrationId);
        registrations.change(registrationId, before -> before == null || before.groupId() != null ? before : null);
    }

    /**
     * Registers a device: authenticates it, asks the gate, computes a hub and creates the identity there with the proof's key or
     * thumbprint. The result is {@code assigning} until the assignment time has passed or a webhook has answered.
     *
     * @param payload what the device sent for a custom allocation, or null
     * @throws ProvisioningException INVALID_REGISTRATION_ID, UNAUTHORIZED or LIMIT_REACHED; every other outcome is a status of the
     *     registration
     */
    public Registration register(String registrationId, DeviceProof proof, JsonObject payload) {
        Enrollment<?> enrollment = attestation.authenticate(registrationId, proof, registration(registrationId));
        if (enrollment.attestation().tpm() != null && enrollment instanceof IndividualEnrollment individual) {
            tpm.registered(individual, proof.tpm());
        }
        DeviceRequest request = new DeviceRequest(enrollment, registrationId, proof, payload);
        boolean[] asks = new boolean[1];
        Registration registration = registrations.change(registrationId, before -> {
            if (before != null && statusOf(before) == RegistrationStatus.ASSIGNING) {
                return before;
            }
            Registration decision = assignment.decide(request, before);
            asks[0] = DeviceAssignment.isUndecided(decision);
            return counted(decision);
        });
        if (asks[0]) {
            askWebhook(request, registration);
        }
        return registration;
    }

    /**
     * The wrapped key that this TPM has to sign with to register.
     *
     * @throws ProvisioningException INVALID_REGISTRATION_ID, or UNAUTHORIZED for all but an enrolled TPM
     */
    String challenge(String registrationId, TpmClaim claim) {
        if (!Attestation.isRegistrationId(registrationId)) {
            throw new ProvisioningException(ProvisioningError.INVALID_REGISTRATION_ID);
        }
        return individuals
                .get(registrationId)
                .map(enrollment -> tpm.challenge(enrollment, claim))
                .orElseThrow(() -> new ProvisioningException(ProvisioningError.UNAUTHORIZED));
    }

    /** The wrapped key of the hub for a device that is assigned and has a TPM. */
    Optional<String> authenticationKey(Registration registration) {
        return statusOf(registration) != RegistrationStatus.ASSIGNED
                ? Optional.empty()
                : individuals
                        .get(registration.registrationId())
                        .filter(enrollment -> enrollment.attestation().tpm() != null)
                        .flatMap(tpm::authenticationKey);
    }

    private void askWebhook(DeviceRequest request, Registration undecided) {
        CustomAllocationWebhook asked = webhook;
        Future<CustomAllocationWebhook.Answer> answer = asked == null
                ? Future.succeededFuture(
                        CustomAllocationWebhook.Answer.refused("Custom allocation failed: no webhook can be called."))
                : asked.ask(
                        request.enrollment(),
                        request.registrationId(),
                        request.proof(),
                        request.payload(),
                        linkedHubs.stream().map(LinkedHub::hostName).toList());
        answer.onSuccess(given -> registrations.change(
                        request.registrationId(),
                        // Nothing to do when the record was deleted or replaced in between.
                        before -> isStill(undecided, before)
                                ? counted(assignment.settle(request, given, before))
                                : before))
                .onFailure(failure -> LOG.error("A custom allocation was lost", failure));
    }

    private static boolean isStill(Registration undecided, Registration found) {
        return found != null
                && DeviceAssignment.isUndecided(found)
                && found.operationId().equals(undecided.operationId());
    }

    private Registration counted(Registration decision) {
        if (!DeviceAssignment.isUndecided(decision)) {
            decided.get(decision.outcome()).increment();
        }
        return decision;
    }

    /**
     * The registration the operation belongs to, for a device that proves who it is.
     *
     * @throws ProvisioningException UNAUTHORIZED, or REGISTRATION_NOT_FOUND for an unknown or superseded operation
     */
    public Registration poll(String registrationId, DeviceProof proof, String operationId) {
        return lookUp(registrationId, proof)
                .filter(found -> found.operationId().equals(operationId))
                .orElseThrow(() -> new ProvisioningException(ProvisioningError.REGISTRATION_NOT_FOUND));
    }

    /** The latest registration, for a device that proves who it is; throws UNAUTHORIZED otherwise. */
    Optional<Registration> lookUp(String registrationId, DeviceProof proof) {
        Optional<Registration> found = registration(registrationId);
        attestation.authenticate(registrationId, proof, found);
        return found;
    }

    /**
     * Takes one status poll from the device's quota, however many connections it uses: empty when granted, else the seconds to wait.
     * Only for devices that have registered, so that there are no more windows than registrations.
     */
    OptionalLong tryPoll(String registrationId, int timeCompression) {
        return registrations.tryPoll(registrationId, timeCompression, clock.instant());
    }

    /** The latest registration of this id, in any case. */
    public Optional<Registration> registration(String registrationId) {
        return registrations.get(registrationId);
    }

    /**
     * Registrations made with a group, in the order of ids.
     *
     * @throws ProvisioningException ENROLLMENT_NOT_FOUND
     */
    public Page<Registration> registrations(String groupId, String continuation, int max) {
        if (groups.get(groupId).isEmpty()) {
            throw new ProvisioningException(ProvisioningError.ENROLLMENT_NOT_FOUND);
        }
        return registrations.page(groupId, continuation, max);
    }

    /**
     * Deletes the record of a registration; the device stays at its hub.
     *
     * @param ifMatch null deletes whatever the etag is
     * @throws ProvisioningException REGISTRATION_NOT_FOUND or ETAG_MISMATCH
     */
    public void deleteRegistration(String registrationId, String ifMatch) {
        registrations.change(registrationId, before -> {
            if (before == null) {
                throw new ProvisioningException(ProvisioningError.REGISTRATION_NOT_FOUND);
            }
            Enrollments.requireMatch(before.etag(), ifMatch == null ? "*" : ifMatch);
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
}
