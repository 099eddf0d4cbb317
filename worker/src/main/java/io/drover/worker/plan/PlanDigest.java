package io.drover.worker.plan;

import io.drover.worker.WorkerConfig;
import io.drover.worker.device.FailureReason;
import io.drover.worker.migration.MaintenanceWindow;
import io.drover.worker.migration.RolloutPolicy;
import io.drover.worker.migration.WavePolicy;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** SHA-256 over what a plan is about, so that two plans can be compared without keeping either in memory. */
public final class PlanDigest {
    /** By the look at a credential, which every apply repeats, and which not every plan takes. */
    private static final Set<String> LOOKED = Set.of(
            FailureReason.CREDENTIAL_UNAVAILABLE.name(),
            FailureReason.TARGET_HAS_OTHER_CREDENTIAL.name(),
            FailureReason.DEVICE_UNKNOWN.name());

    private PlanDigest() {}

    /** Over the devices in the order of their ids, each with what lasts of its verdict. */
    public static Future<String> of(PlannedDevices devices) {
        MessageDigest digest = sha256();
        return devices.eachPage(page -> {
                    for (PlannedDevice device : page) {
                        add(digest, device.deviceId());
                        add(digest, lasting(device.verdict()));
                    }
                    return Future.succeededFuture();
                })
                .map(done -> HexFormat.of().formatHex(digest.digest()));
    }

    /** A device goes offline and comes back all the time, and moves either way. */
    public static String lasting(String verdict) {
        return verdict.equals(PlannedDevice.OFFLINE) || LOOKED.contains(verdict) ? PlannedDevice.READY : verdict;
    }

    /** Over what a configuration says of the migration, its pace and its way: nothing of where it runs, and no secret. */
    public static String of(WorkerConfig config) {
        WorkerConfig.Migration migration = config.migration();
        RolloutPolicy rollout = config.rollout();
        MessageDigest digest = sha256();
        List.of(
                        migration.name(),
                        migration.source(),
                        migration.target(),
                        migration.verification(),
                        migration.deadlines(),
                        migration.attempts(),
                        rollout.layout(),
                        rollout.rate(),
                        rollout.stop(),
                        rollout.approval(),
                        Optional.ofNullable(rollout.refresh()),
                        Optional.ofNullable(rollout.startAt()),
                        Optional.ofNullable(rollout.campaign()),
                        new TreeMap<>(config.quotas()),
                        config.dispatch(),
                        config.azure().timeCompression())
                .forEach(part -> add(digest, part.toString()));
        for (MaintenanceWindow window : rollout.windows()) {
            // Sets have another order in every process.
            add(digest, new TreeSet<>(window.days()) + " " + window.from() + " " + window.to() + " " + window.zone());
        }
        for (WavePolicy wave : rollout.waves()) {
            add(digest, wave.gate() + " " + wave.deadline());
            if (wave.selection() instanceof WavePolicy.Listed list) {
                new TreeSet<>(list.ids()).forEach(id -> add(digest, id));
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
