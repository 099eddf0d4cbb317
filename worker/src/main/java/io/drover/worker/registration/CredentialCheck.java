package io.drover.worker.registration;

import io.drover.worker.WorkerConfig;
import io.drover.worker.WorkerConfig.Credentials;
import io.drover.worker.WorkerConfig.Registering;
import io.drover.worker.azure.AzureException;
import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.azure.DeviceKeys;
import io.drover.worker.azure.GroupKeys;
import io.drover.worker.azure.x509.CertificatePair;
import io.drover.worker.device.DeviceCredential;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.FailureReason;
import io.drover.worker.source.MigrationSource;
import io.drover.worker.target.MigrationScope;
import io.drover.worker.target.TargetEnrollment;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Looks at what devices prove themselves with at the source and says what the target needs for each. A key counts as a
 * group's only when it derives from the group's. What was looked at is given to the target at once and kept nowhere.
 */
public final class CredentialCheck {
    /** Devices asked for at the same time; the rate is the source's limit. */
    private static final int LANES = 8;

    private final MigrationSource source;
    private final List<GroupKeys> groups;
    private final boolean certificateGroups;
    private final boolean readsEach;
    private final boolean enrollsEach;
    private final boolean preparesEach;
    private final CertificateFolder folder;

    /** The files of {@code migration.credentials} are read when a device needs them. */
    public CredentialCheck(Vertx vertx, MigrationScope scope, WorkerConfig.Migration migration) {
        this.source = scope.source();
        List<TargetEnrollment> enrollments = scope.target().enrollments();
        this.groups = enrollments.stream()
                .map(TargetEnrollment::keys)
                .filter(Objects::nonNull)
                .toList();
        this.certificateGroups = enrollments.stream().anyMatch(group -> group.signing() != null);
        this.readsEach = migration.credentials().check() == Credentials.Check.ALL;
        this.enrollsEach = migration.registration() == Registering.INDIVIDUAL;
        this.preparesEach = scope.target().preparesEach();
        this.folder = new CertificateFolder(
                vertx.fileSystem(), migration.credentials().deviceCertificates());
    }

    /**
     * What was found of one device.
     *
     * @param credential null where nobody looked
     * @param own what the target needs an enrollment for, or null
     * @param identity what it signs in with, where that was looked at; else null
     * @param refusal why it cannot be moved, or null
     */
    record Finding(
            DeviceRow device,
            DeviceCredential credential,
            DeviceAttestation own,
            DeviceAttestation identity,
            FailureReason refusal) {
        @Override
        public String toString() {
            return "Finding[" + device.deviceId() + ", " + credential + ", " + refusal + "]";
        }
    }

    /** Whether any device is looked at; otherwise all of them are taken to come through the groups. */
    boolean isNeeded() {
        return readsEach || enrollsEach || preparesEach;
    }

    /** A finding for each device, in any order. Fails when the source did not tell of one of them. */
    Future<List<Finding>> look(List<DeviceRow> devices) {
        List<Finding> findings = new ArrayList<>();
        Future<Void> all = Future.succeededFuture();
        for (int from = 0; from < devices.size(); from += LANES) {
            List<DeviceRow> some = devices.subList(from, Math.min(devices.size(), from + LANES));
            all = all.compose(done -> Future.join(some.stream().map(this::look).toList()))
                    .onSuccess(done -> done.<Finding>list().forEach(findings::add))
                    .mapEmpty();
        }
        return all.map(done -> findings);
    }

    private Future<Finding> look(DeviceRow device) {
        if (!isLookedAt(device)) {
            return Future.succeededFuture(new Finding(device, device.credential(), null, null, null));
        }
        return source.attestation(device)
                .compose(shown ->
                        shown.isPresent() ? found(device, shown.get()) : Future.succeededFuture(nothing(device)))
                .recover(cause -> cause instanceof AzureException refused && refused.status() == 404
                        ? Future.succeededFuture(
                                new Finding(device, device.credential(), null, null, FailureReason.DEVICE_UNKNOWN))
                        : Future.failedFuture(cause));
    }

    /** Whether the source is asked about the device. */
    boolean isLookedAt(DeviceRow device) {
        DeviceCredential known = device.credential();
        return known == null
                ? isNeeded() && !source.showsCredentials()
                : known.isIndividual() || ((enrollsEach || preparesEach) && known == DeviceCredential.GROUP_KEY);
    }

    private Future<Finding> found(DeviceRow device, DeviceAttestation shown) {
        DeviceCredential credential = classify(shown, device.deviceId(), groups);
        if (credential == DeviceCredential.GROUP_KEY && !enrollsEach) {
            return Future.succeededFuture(new Finding(device, credential, null, shown, null));
        }
        return whole(device, shown)
                .map(attestation -> attestation
                        .map(own -> new Finding(device, credential, own, own, null))
                        .orElseGet(() ->
                                new Finding(device, credential, null, null, FailureReason.CREDENTIAL_UNAVAILABLE)));
    }

    /** A source that shows nothing of a device may have it come with a certificate of a group. */
    private Finding nothing(DeviceRow device) {
        return certificateGroups && device.credential() == null
                ? new Finding(device, DeviceCredential.GROUP_CERTIFICATE, null, null, null)
                : new Finding(device, device.credential(), null, null, FailureReason.CREDENTIAL_UNAVAILABLE);
    }

    /** The kind; keys are a group's when one of them derives from the key of the same rank of one of these groups. */
    static DeviceCredential classify(DeviceAttestation shown, String registrationId, List<GroupKeys> groups) {
        if (shown.certificates() != null) {
            return DeviceCredential.DEVICE_CERTIFICATE;
        }
        if (shown.endorsementKey() != null) {
            return DeviceCredential.TPM;
        }
        DeviceKeys keys = shown.keys();
        return groups.stream().anyMatch(group -> keys.deriveFrom(group, registrationId))
                ? DeviceCredential.GROUP_KEY
                : DeviceCredential.DEVICE_KEY;
    }

    private Future<Optional<DeviceAttestation>> whole(DeviceRow device, DeviceAttestation shown) {
        CertificatePair certificates = shown.certificates();
        return certificates == null
                ? Future.succeededFuture(Optional.of(shown))
                : folder.of(device.deviceId())
                        .map(found -> certificates.foundIn(found).map(DeviceAttestation::of));
    }
}
