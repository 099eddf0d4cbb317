package io.drover.worker.registration;

import io.drover.worker.azure.DeviceAttestation;
import io.drover.worker.device.DeviceCounts;
import io.drover.worker.device.DeviceCredential;
import io.drover.worker.device.DeviceRow;
import io.drover.worker.device.DeviceState;
import io.drover.worker.device.DeviceStore;
import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.MigrationState;
import io.drover.worker.migration.MigrationStore;
import io.drover.worker.migration.Wave;
import io.drover.worker.migration.WaveState;
import io.drover.worker.owned.OwnedData;
import io.drover.worker.owned.OwnedMapping;
import io.drover.worker.registration.CredentialCheck.Finding;
import io.drover.worker.target.MigrationScope;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Makes the target accept the source's devices, then releases them for dispatch. */
public final class Registration {
    /** Devices that take calls: few enough that a pause is heard soon and that a restart repeats little. */
    private static final int CALLS = 50;
    /** Devices that take none. */
    private static final int PAGE = 1000;

    private final MigrationScope scope;
    private final MigrationStore migrations;
    private final DeviceStore store;
    private final CredentialCheck credentials;
    private final OwnedMapping mapping;
    private boolean ensured;

    /** {@code mapping} of what devices own to what they are given beforehand; null when nothing is. */
    public Registration(
            MigrationScope scope,
            MigrationStore migrations,
            DeviceStore store,
            CredentialCheck credentials,
            OwnedMapping mapping) {
        this.mapping = mapping;
        this.scope = scope;
        this.migrations = migrations;
        this.store = store;
        this.credentials = credentials;
    }

    /**
     * Completes with the number of devices of open waves that are PENDING no longer: all of them, or where the target
     * admits each device one page of each wave, so that more than 0 asks for another sweep. Call from one event loop.
     */
    public Future<Integer> sweep(long migrationId) {
        return migrations
                .get(migrationId)
                .compose(migration -> migration.state() == MigrationState.RUNNING
                        ? migrations
                                .waves(migrationId)
                                .compose(waves -> store.counts(migrationId)
                                        .compose(counts -> release(migrationId, waves, counts)))
                        : Future.succeededFuture(0));
    }

    private Future<Integer> release(long migrationId, List<Wave> waves, DeviceCounts counts) {
        Future<Integer> all = Future.succeededFuture(0);
        for (Wave wave : waves) {
            boolean open = wave.state() == WaveState.OPEN || wave.state() == WaveState.COMPLETE;
            if (open && counts.ofWave(wave.number()).in(DeviceState.PENDING) > 0) {
                all = all.compose(before -> ensure().compose(done -> release(migrationId, wave.number()))
                        .map(released -> before + released));
            }
        }
        return all;
    }

    private Future<Integer> release(long migrationId, int wave) {
        if (!scope.target().admitsEach() && !credentials.isNeeded()) {
            return store.release(migrationId, wave, "enrollment groups are in place");
        }
        return store.reads()
                .pending(migrationId, wave, scope.target().admitsEach() ? CALLS : PAGE)
                .map(this::fewCalls)
                .compose(credentials::look)
                .compose(findings -> admit(findings).compose(refused -> settle(migrationId, wave, findings, refused)));
    }

    /** The first of these devices, as many as do not take more calls than a page may. */
    private List<DeviceRow> fewCalls(List<DeviceRow> devices) {
        int calls = 0;
        for (int taken = 0; taken < devices.size(); taken++) {
            if (credentials.isLookedAt(devices.get(taken)) && ++calls > CALLS) {
                return devices.subList(0, taken);
            }
        }
        return devices;
    }

    /** Completes with the devices that cannot be moved, and why. */
    private Future<Map<String, FailureReason>> admit(List<Finding> findings) {
        Map<String, FailureReason> refused = new HashMap<>();
        findings.stream()
                .filter(finding -> finding.refusal() != null)
                .forEach(finding -> refused.put(finding.device().deviceId(), finding.refusal()));
        List<DeviceRow> devices = findings.stream()
                .filter(finding -> finding.refusal() == null)
                .map(Finding::device)
                .toList();
        return admitAll(devices)
                .onSuccess(refused::putAll)
                .compose(done -> given(findings, refused))
                .compose(owned -> enroll(findings, owned, refused));
    }

    /** What devices are to begin with, by id: of those that get something made for them alone. */
    private Future<Map<String, OwnedData>> given(List<Finding> findings, Map<String, FailureReason> refused) {
        List<DeviceRow> devices = findings.stream()
                .filter(finding -> !refused.containsKey(finding.device().deviceId()))
                .filter(finding ->
                        finding.own() != null || (scope.target().preparesEach() && finding.identity() != null))
                .map(Finding::device)
                .toList();
        return mapping == null || !scope.target().takesTwins() || devices.isEmpty()
                ? Future.succeededFuture(Map.of())
                : scope.source().owned(devices).map(owned -> {
                    Map<String, OwnedData> given = new HashMap<>();
                    owned.forEach((id, data) -> given.put(id, mapping.map(data).data()));
                    return given;
                });
    }

    private Future<Map<String, FailureReason>> enroll(
            List<Finding> findings, Map<String, OwnedData> owned, Map<String, FailureReason> refused) {
        Map<String, DeviceAttestation> own = attestations(findings, refused, Finding::own);
        Future<Map<String, FailureReason>> enrolled = own.isEmpty()
                ? Future.succeededFuture(refused)
                : scope.target().enroll(own, owned).onSuccess(refused::putAll);
        return enrolled.compose(done -> scope.target().preparesEach()
                        ? scope.target().prepare(attestations(findings, refused, Finding::identity), owned)
                        : Future.succeededFuture(Map.<String, FailureReason>of()))
                .onSuccess(refused::putAll)
                .map(done -> refused);
    }

    private static Map<String, DeviceAttestation> attestations(
            List<Finding> findings, Map<String, FailureReason> refused, Function<Finding, DeviceAttestation> part) {
        Map<String, DeviceAttestation> found = new HashMap<>();
        findings.stream()
                .filter(finding -> part.apply(finding) != null)
                .filter(finding -> !refused.containsKey(finding.device().deviceId()))
                .forEach(finding -> found.put(finding.device().deviceId(), part.apply(finding)));
        return found;
    }

    /** What would look like an arrival afterwards is in the ledger before anybody is admitted. */
    private Future<Map<String, FailureReason>> admitAll(List<DeviceRow> devices) {
        long migrationId = devices.isEmpty() ? 0 : devices.get(0).key().migrationId();
        return scope.target()
                .provisioned(devices)
                .compose(known -> store.noteKnown(migrationId, known))
                .compose(noted -> scope.target().admit(devices));
    }

    /** Those that the target accepts may be commanded; the others fail, and a retry brings them here again. */
    private Future<Integer> settle(
            long migrationId, int wave, List<Finding> findings, Map<String, FailureReason> refused) {
        Map<String, DeviceCredential> looked = new HashMap<>();
        findings.forEach(finding -> looked.put(finding.device().deviceId(), finding.credential()));
        List<String> accepted = looked.keySet().stream()
                .filter(id -> !refused.containsKey(id))
                .sorted()
                .toList();
        return store.release(migrationId, wave, accepted, looked, "the target accepts it")
                .compose(released -> store.refuse(migrationId, wave, refused, looked, "the target cannot accept it")
                        .map(failed -> released + failed));
    }

    private Future<Void> ensure() {
        if (ensured) {
            return Future.succeededFuture();
        }
        return scope.target().ensureEnrollments().onSuccess(done -> ensured = true);
    }
}
