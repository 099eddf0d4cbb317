package io.drover.simulator.cloud.dps;

import io.drover.simulator.cloud.hub.DeviceCredential;
import io.drover.simulator.cloud.hub.Hub;
import io.drover.simulator.cloud.hub.HubDevice;
import io.drover.simulator.cloud.hub.HubException;
import io.drover.simulator.cloud.hub.InitialTwin;
import io.drover.simulator.cloud.hub.Twin;
import io.vertx.core.json.JsonObject;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * What becomes of an authenticated device: refused, or given an identity in a hub with the twin its enrollment's reprovision policy
 * says. Called under the lock of one registration; works on the hubs but keeps nothing of its own.
 */
final class DeviceAssignment {
    private final Collection<LinkedHub> linkedHubs;
    private final Supplier<RegistrationGate> gate;
    private final Clock clock;
    private final Duration assignmentTime;
    private final OpaqueIds ids;
    private final TpmKeys tpm;

    /** @param linkedHubs read at each decision, so that it may be a live collection */
    DeviceAssignment(
            Collection<LinkedHub> linkedHubs,
            Supplier<RegistrationGate> gate,
            Clock clock,
            Duration assignmentTime,
            OpaqueIds ids,
            TpmKeys tpm) {
        this.linkedHubs = linkedHubs;
        this.gate = gate;
        this.clock = clock;
        this.assignmentTime = assignmentTime;
        this.ids = ids;
        this.tpm = tpm;
    }

    /**
     * Decides about a device, or leaves it undecided ({@link #isUndecided}) for the enrollment's webhook.
     *
     * @param before the device's registration so far, or null
     */
    Registration decide(DeviceRequest request, Registration before) {
        EnrollmentSettings settings = request.enrollment().settings();
        if (!settings.enabled()) {
            return outcome(request, before, RegistrationStatus.DISABLED, null);
        }
        RegistrationGate.Decision decision = gate.get().decide(request.registrationId(), request.payload());
        if (decision.refusal() != null) {
            return outcome(request, before, RegistrationStatus.FAILED, decision.refusal());
        }
        Optional<Hub> kept = before == null || settings.reprovision().updateHubAssignment()
                ? Optional.empty()
                : linked(before.assignedHub());
        Optional<Hub> hub = Optional.ofNullable(decision.hub()).or(() -> kept);
        if (hub.isEmpty() && settings.allocation() == AllocationPolicy.CUSTOM) {
            return undecided(request, before);
        }
        return hub.or(() -> HubAllocation.allocate(
                        settings, Enrollments.key(request.registrationId()), List.copyOf(linkedHubs)))
                .map(chosen -> assign(request, chosen, settings.initialTwin(), null, before))
                .orElseGet(() -> outcome(
                        request,
                        before,
                        RegistrationStatus.FAILED,
                        new RegistrationGate.Refusal(
                                ProvisioningError.BAD_REQUEST.code(), "No IoT hub is linked for this enrollment.")));
    }

    /** Whether a webhook has still to be asked, or to answer. */
    static boolean isUndecided(Registration registration) {
        return registration.outcome() == RegistrationStatus.ASSIGNING;
    }

    /** Decides as the webhook has answered. */
    Registration settle(DeviceRequest request, CustomAllocationWebhook.Answer answer, Registration undecided) {
        if (answer.refusal() != null) {
            return outcome(request, undecided, RegistrationStatus.FAILED, answer.refusal());
        }
        InitialTwin twin =
                answer.twin() == null ? request.enrollment().settings().initialTwin() : answer.twin();
        return linked(answer.hubHostName())
                .map(hub -> assign(request, hub, twin, answer.payload(), undecided))
                .orElseGet(() -> outcome(
                        request,
                        undecided,
                        RegistrationStatus.FAILED,
                        CustomAllocationWebhook.Answer.refused("Custom allocation failed: the hub is not linked.")
                                .refusal()));
    }

    private Registration assign(
            DeviceRequest request, Hub hub, InitialTwin initialTwin, JsonObject payload, Registration before) {
        String deviceId = before == null || before.deviceId() == null ? deviceId(request) : before.deviceId();
        Optional<Hub> left = left(hub, before);
        try {
            hub.createOrGet(deviceId, credential(request), arrivalTwin(request, left, initialTwin, before));
        } catch (HubException refused) {
            // A full hub is the device's failure to register, which it may try again; it keeps the identity it had
            // elsewhere.
            return outcome(
                    request,
                    before,
                    RegistrationStatus.FAILED,
                    new RegistrationGate.Refusal(
                            ProvisioningError.LIMIT_REACHED.code(),
                            hub.hostName() + " refused the device: " + refused.getMessage()));
        }
        left.ifPresent(from -> from.delete(before.deviceId()));
        Instant settled = clock.instant().plus(assignmentTime);
        boolean again = before != null && hub.hostName().equals(before.assignedHub());
        return new Registration(
                before == null ? request.registrationId() : before.registrationId(),
                request.groupId(),
                operation(before),
                RegistrationStatus.ASSIGNED,
                substatus(request.enrollment().settings().reprovision(), hub, before),
                hub.hostName(),
                deviceId,
                0,
                null,
                before == null ? clock.instant() : before.created(),
                settled,
                again ? before.assignedAt() : settled,
                ids.etag(),
                payload);
    }

    /** An undecided registration keeps the operation that the device is already polling. */
    private String operation(Registration before) {
        return before != null && isUndecided(before) ? before.operationId() : ids.operationId();
    }

    private static String deviceId(DeviceRequest request) {
        return request.enrollment() instanceof IndividualEnrollment individual && individual.deviceId() != null
                ? individual.deviceId()
                : request.registrationId();
    }

    private DeviceCredential credential(DeviceRequest request) {
        AttestationMechanism attestation = request.enrollment().attestation();
        if (attestation.tpm() != null && request.enrollment() instanceof IndividualEnrollment individual) {
            return new DeviceCredential(tpm.hubKeys(individual));
        }
        if (attestation.keys() != null) {
            return new DeviceCredential(
                    request.groupId() == null
                            ? attestation.keys()
                            : attestation.keys().derive(request.registrationId()));
        }
        X509Attestation x509 = attestation.x509();
        if (x509.kind() == X509Attestation.Kind.CLIENT) {
            return DeviceCredential.selfSigned(thumbprint(x509.primary()), thumbprint(x509.secondary()));
        }
        X509Certificate shown = request.proof().certificates().get(0);
        return DeviceCredential.selfSigned(CertificateJson.thumbprint(shown, "SHA-256"), null);
    }

    private static String thumbprint(X509Attestation.Slot slot) {
        return slot == null ? null : CertificateJson.thumbprint(slot.certificate(), "SHA-256");
    }

    /** The hub that the device leaves when it arrives at this one. */
    private Optional<Hub> left(Hub hub, Registration before) {
        return before == null
                        || before.assignedHub() == null
                        || before.assignedHub().equals(hub.hostName())
                ? Optional.empty()
                : linked(before.assignedHub());
    }

    /** The twin to arrive with: the one the device had at the hub it leaves, or the enrollment's. */
    private static InitialTwin arrivalTwin(
            DeviceRequest request, Optional<Hub> left, InitialTwin initialTwin, Registration before) {
        return left.flatMap(from -> from.device(before.deviceId()))
                .filter(device -> request.enrollment().settings().reprovision().migrateDeviceData())
                .map(HubDevice::twin)
                .map(DeviceAssignment::carried)
                .orElse(initialTwin);
    }

    private static InitialTwin carried(Twin twin) {
        JsonObject properties = twin.properties(false);
        JsonObject desired = properties.getJsonObject("desired");
        JsonObject reported = properties.getJsonObject("reported");
        desired.remove("$version");
        reported.remove("$version");
        return new InitialTwin(twin.tags(), desired, reported);
    }

    private Optional<Hub> linked(String hostName) {
        return linkedHubs.stream()
                .filter(hub -> hub.hostName().equalsIgnoreCase(hostName))
                .findFirst()
                .map(LinkedHub::hub);
    }

    private static RegistrationSubstatus substatus(ReprovisionPolicy reprovision, Hub hub, Registration before) {
        if (before == null || before.assignedHub() == null) {
            return RegistrationSubstatus.INITIAL_ASSIGNMENT;
        }
        if (before.assignedHub().equals(hub.hostName())) {
            return RegistrationSubstatus.REPROVISIONED_TO_INITIAL_ASSIGNMENT;
        }
        return reprovision.migrateDeviceData()
                ? RegistrationSubstatus.DEVICE_DATA_MIGRATED
                : RegistrationSubstatus.DEVICE_DATA_RESET;
    }

    /** Remembers the hub the device has, as it is still registered there. */
    private Registration undecided(DeviceRequest request, Registration before) {
        return new Registration(
                before == null ? request.registrationId() : before.registrationId(),
                request.groupId(),
                ids.operationId(),
                RegistrationStatus.ASSIGNING,
                null,
                before == null ? null : before.assignedHub(),
                before == null ? null : before.deviceId(),
                0,
                null,
                before == null ? clock.instant() : before.created(),
                Instant.MAX,
                before == null ? null : before.assignedAt(),
                ids.etag(),
                null);
    }

    private Registration outcome(
            DeviceRequest request, Registration before, RegistrationStatus status, RegistrationGate.Refusal refusal) {
        return new Registration(
                before == null ? request.registrationId() : before.registrationId(),
                request.groupId(),
                operation(before),
                status,
                null,
                null,
                null,
                refusal == null ? 0 : refusal.errorCode(),
                refusal == null ? null : refusal.errorMessage(),
                before == null ? clock.instant() : before.created(),
                clock.instant().plus(assignmentTime),
                null,
                ids.etag(),
                null);
    }
}
